using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Minato.Engines.Gates;
using Minato.Lint;
using Minato.Lint.Rules;

namespace Minato.Gates.Tests;

public sealed class GatePolicyTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static readonly GateFacts s_sound = new() { Container = "web", Image = "1.dkr.ecr.us-east-1.amazonaws.com/web:1", IsInRegistry = true, Digest = Digest, Scan = new(ScanState.Complete), Lint = [], Signature = new(true, 1) };

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"finding":{}}""")] // A slip of the pen must not let everything through.
    [InlineData("""{"findings":{"refuse":"GRAVE"}}""")]
    [InlineData("""{"lint":{"refuse":"error","ignored":[]}}""")]
    [InlineData("""{"signatures":{"publicKeys":[]}}""")]
    [InlineData("""{"signatures":{"publicKeys":["x"]}}""")]
    [InlineData("""{"requireDigest":"yes"}""")]
    public void What_is_no_policy_is_refused(string text) => Should.Throw<FormatException>(() => GatePolicy.Parse(text));

    [Fact]
    public void A_policy_is_read()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var policy = GatePolicy.Parse(JsonSerializer.Serialize(new
        {
            findings = new { refuse = "high", ignore = new[] { "CVE-1" } }, lint = new { refuse = "error" }, requireDigest = true, signatures = new { publicKeys = new[] { key.ExportSubjectPublicKeyInfoPem() } },
            exempt = new[] { "*/base/*" }, otherRegistries = "allow",
        }));
        (policy.RefuseFindings, policy.RefuseLint, policy.RequireDigest, policy.AllowsOtherRegistries, policy.Keys.Length).ShouldBe(("HIGH", "error", true, true, 1));
        policy.IgnoredFindings.ShouldBe(["CVE-1"]);
    }

    [Theory]
    [InlineData("CRITICAL", "HIGH", true)]
    [InlineData("HIGH", "HIGH", false)]
    [InlineData("LOW", "HIGH", false)]
    [InlineData("MEDIUM", "UNDEFINED", false)]
    [InlineData("HIGH", "UNDEFINED", true)]
    public void Findings_as_grave_as_the_threshold_are_refused(string threshold, string severity, bool isAllowed)
    {
        var facts = s_sound with { Scan = new(ScanState.Complete) { Findings = [new("CVE-9", severity)] } };
        var verdict = GateDecision.Decide(new GatePolicy { RefuseFindings = threshold }, facts);
        verdict.Outcome.ShouldBe(isAllowed ? GateOutcome.Allowed : GateOutcome.Refused);
        if (!isAllowed) verdict.Reason.ShouldBe($"image {s_sound.Image} of container web has 1 findings of {threshold} or worse: CVE-9");
        GateDecision.Decide(new GatePolicy { RefuseFindings = threshold, IgnoredFindings = ["CVE-9"] }, facts).Outcome.ShouldBe(GateOutcome.Allowed);
    }

    [Fact]
    public void Without_a_scan_nothing_is_known_and_nothing_passes()
    {
        var policy = new GatePolicy { RefuseFindings = "CRITICAL" };
        Outcome(policy, s_sound with { Scan = new(ScanState.InProgress) }).ShouldBe(GateOutcome.Waiting);
        Outcome(policy, s_sound with { Scan = new(ScanState.Missing) }).ShouldBe(GateOutcome.Refused);
        Outcome(policy, s_sound with { Scan = new(ScanState.Failed, "UnsupportedImageError") }).ShouldBe(GateOutcome.Refused);
    }

    [Fact]
    public void The_rest_of_a_policy()
    {
        var keys = new GatePolicy { Keys = [[1]] };
        Outcome(keys, s_sound).ShouldBe(GateOutcome.Allowed);
        Outcome(keys, s_sound with { Signature = new(false, 0) }).ShouldBe(GateOutcome.Refused);
        Outcome(new() { RequireDigest = true }, s_sound).ShouldBe(GateOutcome.Refused);
        Outcome(new() { RequireDigest = true }, s_sound with { IsPinned = true }).ShouldBe(GateOutcome.Allowed);
        Outcome(new() { RequireDigest = true, Exempt = ["*/web:*"] }, s_sound).ShouldBe(GateOutcome.Allowed);
        Outcome(keys, s_sound with { IsInRegistry = false }).ShouldBe(GateOutcome.Refused);
        Outcome(keys with { AllowsOtherRegistries = true }, s_sound with { IsInRegistry = false }).ShouldBe(GateOutcome.Allowed);
        Outcome(keys, s_sound with { Digest = null }).ShouldBe(GateOutcome.Refused);
        Outcome(keys, s_sound with { Trouble = "no" }).ShouldBe(GateOutcome.Refused);
        var lint = new LintFinding(RuleBook.Of("CIS-DI-0010"), "web", 0, "");
        Outcome(new() { RefuseLint = "error" }, s_sound with { Lint = [lint] }).ShouldBe(GateOutcome.Refused);
        Outcome(new() { RefuseLint = "error", IgnoredLint = ["CIS-DI-0010"] }, s_sound with { Lint = [lint] }).ShouldBe(GateOutcome.Allowed);
        Outcome(new() { RefuseLint = "warning" }, s_sound with { Lint = [new(RuleBook.Of("CIS-DI-0006"), "web", 0, "")] }).ShouldBe(GateOutcome.Allowed);
        Outcome(new(), s_sound with { IsInRegistry = false }).ShouldBe(GateOutcome.Allowed);
    }

    [Fact]
    public void One_refusal_decides_whatever_others_wait_for()
    {
        var policy = new GatePolicy { RefuseFindings = "LOW" };
        var waiting = s_sound with { Scan = new(ScanState.InProgress) };
        GateDecision.Decide(policy, [waiting, s_sound with { Scan = new(ScanState.Missing) }]).Outcome.ShouldBe(GateOutcome.Refused);
        GateDecision.Decide(policy, [s_sound, waiting]).Outcome.ShouldBe(GateOutcome.Waiting);
        GateDecision.Decide(policy, [s_sound, s_sound]).Outcome.ShouldBe(GateOutcome.Allowed);
    }

    [Theory]
    [InlineData("a*c", "abc", true)]
    [InlineData("a*c", "ac", true)]
    [InlineData("ab*bc", "abc", false)]
    [InlineData("*x*", "axb", true)]
    [InlineData("abc", "abcd", false)]
    [InlineData("*", "", true)]
    public void Stars_stand_for_anything(string pattern, string text, bool isMatch) => GateDecision.Matches(pattern, text).ShouldBe(isMatch);

    [Fact]
    public void A_signature_counts_for_its_key_its_document_and_its_image()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var payload = Payload(Digest);
        var signature = Sign(key, payload);
        byte[][] keys = [other.ExportSubjectPublicKeyInfo(), key.ExportSubjectPublicKeyInfo()];
        CosignSignature.IsValid(payload, signature, Digest, keys).ShouldBeTrue();
        CosignSignature.IsValid(payload, signature, Digest, [keys[0]]).ShouldBeFalse();
        CosignSignature.IsValid(payload, signature, Digest.Replace('a', 'b'), keys).ShouldBeFalse();
        CosignSignature.IsValid([.. payload, (byte)' '], signature, Digest, keys).ShouldBeFalse();
        CosignSignature.IsValid(payload, "nonsense!", Digest, keys).ShouldBeFalse();
        CosignSignature.IsValid(payload, Convert.ToBase64String(new byte[70]), Digest, keys).ShouldBeFalse();
        CosignSignature.TagOf(Digest).ShouldBe($"sha256-{Digest[7..]}.sig");
    }

    internal static byte[] Payload(string digest) => Encoding.UTF8.GetBytes(
        $$"""{"critical":{"identity":{"docker-reference":"web"},"image":{"docker-manifest-digest":"{{digest}}"},"type":"cosign container image signature"},"optional":null}""");

    internal static string Sign(ECDsa key, byte[] payload) => Convert.ToBase64String(key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private static GateOutcome Outcome(GatePolicy policy, GateFacts facts) => GateDecision.Decide(policy, facts).Outcome;
}

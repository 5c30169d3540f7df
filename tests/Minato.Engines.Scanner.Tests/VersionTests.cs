using FsCheck;
using FsCheck.Fluent;
using Minato.Engines.Scanner.Versions;

namespace Minato.Engines.Scanner.Tests;

/// <summary>Tables with the tricky cases of each numbering's specification; and that each is a total order whatever it is given.</summary>
public sealed class VersionTests
{
    [Theory]
    [InlineData("1.0-1", "1.0-2", -1)]
    [InlineData("1.0~rc1-1", "1.0-1", -1)] // A tilde sorts before the end.
    [InlineData("1.0~~", "1.0~~a", -1)]
    [InlineData("1.0~~a", "1.0~", -1)]
    [InlineData("1.0~", "1.0", -1)]
    [InlineData("1.0", "1.0a", -1)]
    [InlineData("1.0a", "1.0+b", -1)] // Letters before everything else.
    [InlineData("9:1.0", "10:0.1", -1)]
    [InlineData("1:0.1", "2.0", 1)]
    [InlineData("0:1.0", "1.0", 0)]
    [InlineData("1.0-0", "1.0", 0)]
    [InlineData("1.00", "1.0", 0)]
    [InlineData("1.2.3-1", "1.2.3-1+deb12u1", -1)]
    [InlineData("2.36-9+deb12u10", "2.36-9+deb12u9", 1)]
    [InlineData("1.0-1-2", "1.0-1-10", -1)]
    [InlineData("7.88.1-10+deb12u5", "7.88.1-10+deb12u12", -1)]
    public void Dpkg_order(string a, string b, int expected) => ShouldCompare(DpkgVersion.Compare, a, b, expected);

    [Theory]
    [InlineData("1.2.3-r0", "1.2.3-r1", -1)]
    [InlineData("1.2.3", "1.2.3-r0", 0)]
    [InlineData("1.2_alpha", "1.2_beta", -1)]
    [InlineData("1.2_beta", "1.2_pre1", -1)]
    [InlineData("1.2_pre1", "1.2_rc1", -1)]
    [InlineData("1.2_rc1", "1.2", -1)]
    [InlineData("1.2", "1.2_cvs", -1)]
    [InlineData("1.2_git20240101", "1.2_p1", -1)]
    [InlineData("1.2_p1", "1.2_p2", -1)]
    [InlineData("1.2_rc1_p1", "1.2_rc1", 1)]
    [InlineData("1.2a", "1.2b", -1)]
    [InlineData("1.2", "1.2a", -1)]
    [InlineData("1.2", "1.2.0", -1)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("1.05", "1.5", -1)] // A later number that begins with 0 is a fraction.
    [InlineData("1.05", "1.06", -1)]
    [InlineData("3.1.4-r5", "3.1.4-r10", -1)]
    public void Apk_order(string a, string b, int expected) => ShouldCompare(ApkVersion.Compare, a, b, expected);

    [Theory]
    [InlineData("1.0-1", "1.0-2", -1)]
    [InlineData("1.0", "1.0.1", -1)]
    [InlineData("1.0.a", "1.0.1", -1)] // Numbers are newer than letters.
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~rc1", "1.0~rc2", -1)]
    [InlineData("1.0^git1", "1.0", 1)]
    [InlineData("1.0^git1", "1.0.1", -1)]
    [InlineData("1.0^git1~pre", "1.0^git1", -1)]
    [InlineData("1.0_1", "1.0.1", 0)] // Separators do not count.
    [InlineData("1:1.0-1", "2.0-1", 1)]
    [InlineData("0:2.0-1", "2.0-1", 0)]
    [InlineData("5.1.8-6.el9", "5.1.8-9.el9", -1)]
    [InlineData("3.0.7-24.el9", "3.0.7-6.el9_2", 1)]
    [InlineData("1.0010", "1.9", 1)]
    [InlineData("2a", "2.0", -1)]
    [InlineData("fc4", "fc.4", 0)]
    public void Rpm_order(string a, string b, int expected) => ShouldCompare(RpmVersion.Compare, a, b, expected);

    [Theory]
    [InlineData("1.0.0-alpha", "1.0.0-alpha.1", -1)]
    [InlineData("1.0.0-alpha.1", "1.0.0-alpha.beta", -1)]
    [InlineData("1.0.0-alpha.beta", "1.0.0-beta", -1)]
    [InlineData("1.0.0-beta", "1.0.0-beta.2", -1)]
    [InlineData("1.0.0-beta.2", "1.0.0-beta.11", -1)]
    [InlineData("1.0.0-beta.11", "1.0.0-rc.1", -1)]
    [InlineData("1.0.0-rc.1", "1.0.0", -1)]
    [InlineData("1.0.0+a", "1.0.0+b", 0)]
    [InlineData("v1.2.3", "1.2.3", 0)]
    [InlineData("1.2.3", "1.10.0", -1)]
    [InlineData("v0.0.0-20190101000000-aaaaaaaaaaaa", "v0.0.0-20200101000000-bbbbbbbbbbbb", -1)] // Go's pseudo versions.
    [InlineData("v1.2.4-0.20190101000000-aaaaaaaaaaaa", "v1.2.3", 1)]
    [InlineData("v1.2.4-0.20190101000000-aaaaaaaaaaaa", "v1.2.4", -1)]
    [InlineData("v2.0.0+incompatible", "v2.0.0", 0)]
    [InlineData("nonsense", "0.0.0-0", -1)]
    public void Semantic_order(string a, string b, int expected) => ShouldCompare(SemanticVersion.Compare, a, b, expected);

    [Theory]
    [InlineData("1.0", "1.0.0.0", 0)]
    [InlineData("1.0.0.1", "1.0.0", 1)]
    [InlineData("1.0.0-Beta", "1.0.0-beta", 0)]
    [InlineData("1.0.0-beta9", "1.0.0-beta10", 1)]
    [InlineData("1.0.0-beta.9", "1.0.0-beta.10", -1)]
    [InlineData("13.0.1", "13.0.3", -1)]
    public void NuGet_order(string a, string b, int expected) => ShouldCompare(SemanticVersion.CompareNuGet, a, b, expected);

    [Theory]
    [InlineData("1.0.dev456", "1.0a1", -1)]
    [InlineData("1.0a1", "1.0a2.dev456", -1)]
    [InlineData("1.0a2.dev456", "1.0a12.dev456", -1)]
    [InlineData("1.0a12.dev456", "1.0a12", -1)]
    [InlineData("1.0a12", "1.0b1.dev456", -1)]
    [InlineData("1.0b1.dev456", "1.0b2", -1)]
    [InlineData("1.0b2", "1.0b2.post345.dev456", -1)]
    [InlineData("1.0b2.post345.dev456", "1.0b2.post345", -1)]
    [InlineData("1.0b2.post345", "1.0rc1.dev456", -1)]
    [InlineData("1.0rc1", "1.0", -1)]
    [InlineData("1.0", "1.0+abc.5", -1)]
    [InlineData("1.0+abc.5", "1.0+abc.7", -1)]
    [InlineData("1.0+abc.7", "1.0+5", -1)]
    [InlineData("1.0+5", "1.0.post456.dev34", -1)]
    [InlineData("1.0.post456.dev34", "1.0.post456", -1)]
    [InlineData("1.0.post456", "1.1.dev1", -1)]
    [InlineData("1!0.1", "2024.1", 1)]
    [InlineData("1.0.0", "1.0", 0)]
    [InlineData("1.0-1", "1.0.post1", 0)]
    [InlineData("1.0alpha1", "1.0a1", 0)]
    [InlineData("v1.0C1", "1.0rc1", 0)]
    [InlineData("no version", "0.0.dev0", -1)]
    public void Python_order_of_PEP_440(string a, string b, int expected) => ShouldCompare(PythonVersion.Compare, a, b, expected);

    public static TheoryData<string> Ecosystems => ["Debian:12", "Alpine:v3.19", "Red Hat:9", "npm", "Go", "NuGet", "PyPI"];

    /// <summary>Reflexive, antisymmetric, transitive, on texts made of what versions are made of.</summary>
    [Theory, MemberData(nameof(Ecosystems))]
    public void Each_is_a_total_order(string ecosystem)
    {
        var order = VersionOrder.Of(ecosystem);
        var piece = Gen.Elements("0", "1", "2", "9", "10", "05", "00", ".", ".", "-", "~", "^", "+", ":", "_", "a", "b", "rc", "_rc", "_p", "-r", "dev", ".post", "!", "v", "");
        var version = Gen.ArrayOf(piece).Select(p => string.Concat(p.Take(8)));
        Prop.ForAll(Gen.Three(version).ToArbitrary(), t =>
        {
            var (a, b, c) = t;
            if (order(a, a) != 0) return false;
            if (Math.Sign(order(a, b)) != -Math.Sign(order(b, a))) return false;
            if (order(a, b) <= 0 && order(b, c) <= 0 && order(a, c) > 0) return false;
            return order(a, b) != 0 || Math.Sign(order(a, c)) == Math.Sign(order(b, c));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static void ShouldCompare(Comparison<string> order, string a, string b, int expected)
    {
        Math.Sign(order(a, b)).ShouldBe(expected, $"{a} against {b}");
        Math.Sign(order(b, a)).ShouldBe(-expected, $"{b} against {a}");
    }
}

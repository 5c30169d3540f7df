using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Tests.Echo;
using Minato.Aws.Tests.Given;

namespace Minato.Aws.Tests.Protocols;

/// <summary>Minato's own client and server understand each other: every operation, every protocol its service speaks.</summary>
[Trait("Floor", "wire")]
public sealed class RoundTripTests
{
    public static TheoryData<string, AwsProtocol> Spoken()
    {
        var data = new TheoryData<string, AwsProtocol>();
        foreach (var service in EchoServer.Services)
            foreach (var protocol in service.Protocols) data.Add(service.ServiceId, protocol);
        return data;
    }

    [Theory, MemberData(nameof(Spoken))]
    public void Requests_arrive_as_they_were_sent(string serviceId, AwsProtocol spoken) => ForEach(serviceId, spoken, (service, protocol, operation, random, full) =>
    {
        var request = RandomReader.Fill(operation, random, full);
        using var sent = new WireOutput { Headers = new HeaderDictionary() };
        protocol.WriteRequest(service, operation, request, sent);
        Dictionary<string, string>? labels = null;
        if (protocol is RestProtocol) new RestRouter(service).Find(sent.Method, sent.Path, sent.Query, sent.Headers, out labels).ShouldBe(operation);
        var input = new WireInput { Method = sent.Method, Path = sent.Path, Query = sent.Query, Headers = sent.Headers, Body = BodyOf(sent), Labels = labels };
        CanonicalWriter.Write(protocol.ReadRequest(service, operation, input)).ShouldBeJson(CanonicalWriter.Write(request), $"{operation.Name}");
    });

    [Theory, MemberData(nameof(Spoken))]
    public void Answers_arrive_as_they_were_sent(string serviceId, AwsProtocol spoken) => ForEach(serviceId, spoken, (service, protocol, operation, random, full) =>
    {
        var answer = RandomReader.FillOutput(operation, random, full);
        using var sent = new WireOutput { Headers = new HeaderDictionary() };
        protocol.WriteAnswer(service, operation, answer, "id", sent);
        var input = new WireInput { Status = sent.Status, Headers = sent.Headers, Body = BodyOf(sent) };
        AsCarried(CanonicalWriter.Write(protocol.ReadAnswer(service, operation, input)), CanonicalWriter.Write(answer))
            .ShouldBeJson(CanonicalWriter.Write(answer), $"{operation.Name}");
    });

    [Theory, MemberData(nameof(Spoken))]
    public void Errors_arrive_as_they_were_sent(string serviceId, AwsProtocol spoken)
    {
        var service = EchoServer.Services.Single(s => s.ServiceId == serviceId);
        var protocol = WireProtocol.Of(spoken, service);
        foreach (var (code, make) in service.Errors)
        {
            var error = make("It is <so> & \"so\".");
            using var sent = new WireOutput { Headers = new HeaderDictionary() };
            protocol.WriteError(service, error, "id", sent);
            var read = protocol.ReadError(service, new() { Status = sent.Status, Headers = sent.Headers, Body = sent.Body.Memory });
            (read.Code, read.Message, read.HttpStatus).ShouldBe((error.Code, error.Message, error.HttpStatus), code);
        }
    }

    private static ReadOnlyMemory<byte> BodyOf(WireOutput sent)
    {
        if (sent.Stream is not { } stream) return sent.Body.Memory;
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }

    // A body never travels without a type: where none was said, the default arrives.
    private static string AsCarried(string came, string sent)
    {
        if (sent.Contains("\"ContentType\"", StringComparison.Ordinal) || System.Text.Json.Nodes.JsonNode.Parse(came) is not System.Text.Json.Nodes.JsonObject tree) return came;
        return tree.Remove("ContentType") ? tree.ToJsonString() : came;
    }

    private static void ForEach(string serviceId, AwsProtocol spoken, Action<ServiceModel, WireProtocol, OperationModel, Random, bool> check)
    {
        var service = EchoServer.Services.Single(s => s.ServiceId == serviceId);
        var protocol = WireProtocol.Of(spoken, service);
        foreach (var operation in service.Operations)
            for (var seed = 0; seed < 4; seed++) check(service, protocol, operation, new Random(seed), seed == 0);
    }
}

internal static class JsonShould
{
    /// <summary>Equal but for the order of names.</summary>
    public static void ShouldBeJson(this string actual, string expected, string about)
    {
        if (System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(actual), System.Text.Json.Nodes.JsonNode.Parse(expected))) return;
        actual.ShouldBe(expected, about);
    }
}

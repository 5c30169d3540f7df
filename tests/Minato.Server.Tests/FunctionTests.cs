using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Minato.Engines.Functions;

namespace Minato.Server.Tests;

/// <summary>Functions behind HTTP: how they are called, where their addresses are kept, and how those are changed.</summary>
public sealed class FunctionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_payload_is_posted_as_json_and_the_body_of_the_answer_is_what_it_returned()
    {
        var seen = "";
        await using var host = await FunctionHost.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = $"{context.Request.Method} {context.Request.ContentType} {await reader.ReadToEndAsync(context.RequestAborted)}";
            await context.Response.WriteAsync("""{"hookStatus":"SUCCEEDED"}""", context.RequestAborted);
        });
        host.Targets.Put(FunctionHost.Arn, host.Url);
        (await host.Engine.InvokeAsync(FunctionHost.Arn, """{"a":1}""", Ct)).ShouldBe(new FunctionOutcome.Returned("""{"hookStatus":"SUCCEEDED"}"""));
        seen.ShouldBe("""POST application/json {"a":1}""");
    }

    [Fact]
    public async Task A_status_but_2xx_is_a_failure()
    {
        await using var host = await FunctionHost.StartAsync(Answers(500, "oh"));
        host.Targets.Put(FunctionHost.Arn, host.Url);
        (await host.Engine.InvokeAsync(FunctionHost.Arn, "{}", Ct)).ShouldBe(new FunctionOutcome.Failed("it answered with HTTP status 500."));
    }

    [Fact]
    public async Task A_function_error_is_a_failure_even_with_status_200()
    {
        await using var host = await FunctionHost.StartAsync(async context =>
        {
            context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
            await context.Response.WriteAsync(new string('x', 500), context.RequestAborted);
        });
        host.Targets.Put(FunctionHost.Arn, host.Url);
        (await host.Engine.InvokeAsync(FunctionHost.Arn, "{}", Ct)).ShouldBe(new FunctionOutcome.Failed("the function returned an error: " + new string('x', 200)));
    }

    [Fact]
    public async Task A_function_that_is_not_there_is_unknown_and_one_that_is_down_cannot_be_reached()
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        (await host.Engine.InvokeAsync(FunctionHost.Arn, "{}", Ct)).ShouldBeOfType<FunctionOutcome.Unknown>();
        host.Targets.Put(FunctionHost.Arn, "http://127.0.0.1:1/");
        (await host.Engine.InvokeAsync(FunctionHost.Arn, "{}", Ct)).ShouldBeOfType<FunctionOutcome.Failed>().Error.ShouldStartWith("it could not be reached: ");
    }

    [Fact]
    public async Task A_larger_answer_than_a_function_may_return_is_a_failure()
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, new string('x', (6 * 1024 * 1024) + 1)));
        host.Targets.Put(FunctionHost.Arn, host.Url);
        (await host.Engine.InvokeAsync(FunctionHost.Arn, "{}", Ct)).ShouldBeOfType<FunctionOutcome.Failed>();
    }

    [Fact]
    public async Task A_call_that_is_given_up_throws()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var host = await FunctionHost.StartAsync(context =>
        {
            patience.Cancel();
            return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        host.Targets.Put(FunctionHost.Arn, host.Url);
        await Should.ThrowAsync<OperationCanceledException>(async () => await host.Engine.InvokeAsync(FunctionHost.Arn, "{}", patience.Token));
    }

    [Fact]
    public async Task An_address_answers_for_every_version_unless_one_has_its_own()
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        host.Targets.Put(FunctionHost.Arn, "http://a/");
        host.Targets.Put($"{FunctionHost.Arn}:live", "http://b/");
        (host.Targets.Find($"{FunctionHost.Arn}:7")?.Host, host.Targets.Find($"{FunctionHost.Arn}:live")?.Host).ShouldBe(("a", "b"));
        host.Targets.Find($"{FunctionHost.Arn}er").ShouldBeNull();
    }

    [Fact]
    public async Task Addresses_are_there_after_a_restart_and_gone_when_they_were_removed()
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        host.Targets.Put(FunctionHost.Arn, "http://a/");
        host.Again().Find(FunctionHost.Arn)?.Host.ShouldBe("a");
        (host.Targets.Remove(FunctionHost.Arn), host.Targets.Remove(FunctionHost.Arn)).ShouldBe((true, false));
        host.Again().All.ShouldBeEmpty();
        host.Files().ShouldBe(["functions.json"]);
    }

    [Theory]
    [InlineData("arn:aws:s3:::bucket", "http://a/", "is not the ARN of a Lambda function."), InlineData(FunctionHost.Arn, "ftp://a/", "is not an HTTP address."), InlineData(FunctionHost.Arn, "here", "is not an HTTP address.")]
    public async Task What_is_no_function_or_no_address_is_refused(string arn, string url, string words)
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        Should.Throw<FormatException>(() => host.Targets.Put(arn, url)).Message.ShouldEndWith(words);
        host.Targets.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task There_are_at_most_a_thousand()
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        var many = new JsonObject(Enumerable.Range(0, FunctionTargets.Most).Select(i => KeyValuePair.Create($"{FunctionHost.Arn}{i}", (JsonNode?)"http://a/")));
        await File.WriteAllTextAsync(host.File, many.ToJsonString(), Ct);
        var targets = host.Again();
        Should.Throw<FormatException>(() => targets.Put(FunctionHost.Arn, "http://a/")).Message.ShouldContain("1000 functions already");
        targets.Put($"{FunctionHost.Arn}7", "http://b/"); // One that is there may move.
    }

    [Theory]
    [InlineData("{"), InlineData("null"), InlineData("[]"), InlineData("""{"x":"http://a/"}"""), InlineData("""{"arn:aws:lambda:us-east-1:123456789012:function:check":"here"}""")]
    public async Task A_broken_file_is_put_aside_and_there_are_no_functions(string content)
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        await File.WriteAllTextAsync(host.File, content, Ct);
        var targets = host.Again();
        targets.All.ShouldBeEmpty();
        (await File.ReadAllTextAsync(host.File + ".broken-1", Ct)).ShouldBe(content);
        targets.Put(FunctionHost.Arn, "http://a/");
        await File.WriteAllTextAsync(host.File, content, Ct);
        host.Again().All.ShouldBeEmpty();
        host.Files().ShouldBe(["functions.json.broken-1", "functions.json.broken-2"]);
    }

    [Fact]
    public async Task The_endpoint_lists_registers_and_forgets()
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        var endpoint = new FunctionsEndpoint(host.Targets);
        (await AskAsync(endpoint, "GET")).ShouldBe((200, """{"functions":[]}"""));
        var body = $$"""{"functionArn":"{{FunctionHost.Arn}}","url":"http://a/"}""";
        var listed = $$"""{"functions":[{{body}}]}""";
        (await AskAsync(endpoint, "PUT", body)).ShouldBe((200, listed));
        (await AskAsync(endpoint, "GET")).ShouldBe((200, listed));
        (await AskAsync(endpoint, "DELETE", body)).ShouldBe((200, """{"functions":[]}"""));
        (await AskAsync(endpoint, "DELETE", body)).Status.ShouldBe(404);
        await AskAsync(endpoint, "PUT", body);
        await endpoint.ResetAsync(Ct);
        host.Targets.All.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("PUT", "{", 400), InlineData("PUT", "[]", 400), InlineData("PUT", "{}", 400), InlineData("PUT", """{"functionArn":7}""", 400), InlineData("POST", "{}", 405)]
    public async Task The_endpoint_refuses_what_it_does_not_understand(string method, string body, int status)
    {
        await using var host = await FunctionHost.StartAsync(Answers(200, "{}"));
        var (answered, words) = await AskAsync(new FunctionsEndpoint(host.Targets), method, body);
        answered.ShouldBe(status);
        ((string?)JsonNode.Parse(words)?["message"]).ShouldNotBeNullOrEmpty();
    }

    private static async Task<(int Status, string Body)> AskAsync(FunctionsEndpoint endpoint, string method, string body = "")
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Body) = (method, new MemoryStream(Encoding.UTF8.GetBytes(body)));
        var (status, answer) = await endpoint.AnswerAsync(context.Request, Ct);
        return (status, answer.ToJsonString());
    }

    private static RequestDelegate Answers(int status, string body) => async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body, context.RequestAborted);
    };
}

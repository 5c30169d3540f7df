using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Functions;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Requests on their way through HAProxy into Minato's own process, where calls of functions are made of them.</summary>
[Trait("Floor", "engine")]
public sealed class FunctionTests : OnHaProxy
{
    [Fact]
    public async Task A_request_comes_to_its_door_as_it_was_sent_and_the_answer_goes_back()
    {
        EntranceRequest? seen = null;
        await using var services = await OpenAsync(request =>
        {
            seen = request;
            return new(418, "Teapot", [new("X-A", "1"), new("X-A", "2")], Encoding.UTF8.GetBytes("short and stout"));
        });
        using var asked = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{Bed.Address}:{_port}/a%2Fb?q=%20&q"));
        asked.Content = new StringContent("a body", Encoding.UTF8, "text/plain");
        asked.Headers.Add(IFunctionEntrance.DoorHeader, "another");
        asked.Headers.Add("X-Mixed", "Case");
        using var answer = await Bed.Client.SendAsync(asked, Stopping);
        ((int)answer.StatusCode, answer.ReasonPhrase, await answer.Content.ReadAsStringAsync(Stopping)).ShouldBe((418, "Teapot", "short and stout"));
        answer.Headers.GetValues("X-A").ShouldBe(["1", "2"]);
        var request = seen.ShouldNotBeNull();
        (request.Door, request.Method, request.Path, request.Query, Encoding.UTF8.GetString(request.Body.Span)).ShouldBe(("fn", "POST", "/a%2Fb", "q=%20&q", "a body"));
        request.Headers.ShouldContain(KeyValuePair.Create("x-mixed", "Case"));
        request.Headers.ShouldContain(KeyValuePair.Create("x-forwarded-for", "127.0.0.1"));
        request.Headers.ShouldContain(h => h.Key == "x-amzn-trace-id");
        request.Headers.ShouldNotContain(h => h.Key.StartsWith("x-minato", StringComparison.Ordinal));
    }

    [Theory, InlineData(400), InlineData(413), InlineData(502), InlineData(503)]
    public async Task What_is_not_the_functions_answer_is_a_page_of_the_load_balancer(int status)
    {
        await using var services = await OpenAsync(_ => EntranceAnswer.Fault(status));
        using var answer = await Bed.Client.GetAsync(new Uri($"http://{Bed.Address}:{_port}/"), Stopping);
        ((int)answer.StatusCode, $"{answer.Headers.Server}").ShouldBe((status, "awselb/2.0"));
        (await answer.Content.ReadAsStringAsync(Stopping)).ShouldContain($"<h1>{status} ");
        answer.Headers.Contains(IFunctionEntrance.FaultHeader).ShouldBeFalse();
    }

    [Fact]
    public async Task A_502_that_a_function_answers_itself_keeps_its_words()
    {
        await using var services = await OpenAsync(_ => new(502, null, [new(IFunctionEntrance.FaultHeader, "1")], Encoding.UTF8.GetBytes("mine")));
        using var answer = await Bed.Client.GetAsync(new Uri($"http://{Bed.Address}:{_port}/"), Stopping);
        (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stopping)).ShouldBe((HttpStatusCode.BadGateway, "mine"));
    }

    [Theory, InlineData(IFunctionEntrance.LargestBody, 200), InlineData(IFunctionEntrance.LargestBody + 1, 413)]
    public async Task A_body_over_a_mebibyte_is_a_413(int length, int status)
    {
        await using var services = await OpenAsync(request => request.IsTooLarge ? EntranceAnswer.Fault(413) : new(200, null, [], Encoding.UTF8.GetBytes($"{request.Body.Length}")));
        using var content = new ByteArrayContent(new byte[length]);
        using var answer = await Bed.Client.PostAsync(new Uri($"http://{Bed.Address}:{_port}/"), content, Stopping);
        ((int)answer.StatusCode).ShouldBe(status);
    }

    private int _port;

    private async Task<ServiceProvider> OpenAsync(Func<EntranceRequest, EntranceAnswer> answer)
    {
        var services = new ServiceCollection().AddLogging().AddHttpFunctions(new(Path.Combine(Bed.Options.Directory, "functions.json"))).BuildServiceProvider();
        var at = await services.GetRequiredService<IFunctionEntrance>().OpenAsync((request, _) => ValueTask.FromResult(answer(request)), Stopping);
        _port = Bed.NewPort();
        var listener = new ProxyListener { Id = "l", Address = Bed.Address, Port = _port, DefaultAction = new ProxyAction.Forward([new("fn", 1)]) };
        (await Bed.Engine.ApplyAsync(
            new() { Listeners = [listener], Backends = [new() { Id = "fn", IsFunction = true, Servers = [new("function", "127.0.0.1", at, ServerState.Ready)] }] }, Stopping)).ShouldBeOfType<ApplyOutcome.Applied>();
        return services;
    }
}

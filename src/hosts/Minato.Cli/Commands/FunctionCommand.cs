using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

/// <summary>Which HTTP address answers for which Lambda function, for the lifecycle hooks of deployments.</summary>
internal static class FunctionCommand
{
    private static readonly Argument<string> s_arn = new("arn") { Description = "ARN of the Lambda function.", HelpName = "ARN" };
    private static readonly Argument<string> s_url = new("url") { Description = "HTTP address that the payload is posted to.", HelpName = "URL" };

    public static Command Create()
    {
        var add = new Command("add", "Registers the HTTP address that answers for a Lambda function.") { s_arn, s_url };
        add.SetAction((parsed, ct) => RunAsync(parsed, HttpMethod.Put, Named(parsed, parsed.GetRequiredValue(s_url)), ct));
        var remove = new Command("remove", "Forgets the address of a Lambda function.") { s_arn };
        remove.SetAction((parsed, ct) => RunAsync(parsed, HttpMethod.Delete, Named(parsed, null), ct));
        var list = new Command("list", "Shows which addresses are registered.");
        list.SetAction((parsed, ct) => RunAsync(parsed, HttpMethod.Get, null, ct));
        return new Command("function", "HTTP addresses that answer for Lambda functions, such as lifecycle hooks of deployments.") { add, remove, list };
    }

    private static JsonObject Named(ParseResult parsed, string? url) => new() { ["functionArn"] = parsed.GetRequiredValue(s_arn), ["url"] = url };

    private static async Task<int> RunAsync(ParseResult parsed, HttpMethod method, JsonObject? asked, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var answer = await minato.FunctionsAsync(method, asked, ct);
        if (parsed.GetValue(Options.Json))
        {
            Screen.Json(answer);
            return 0;
        }

        var functions = answer["functions"]?.AsArray() ?? [];
        foreach (var function in functions) Screen.Line($"{function?["functionArn"]}  {function?["url"]}");
        if (functions.Count == 0) Screen.Line("No functions are registered.");
        return 0;
    }
}

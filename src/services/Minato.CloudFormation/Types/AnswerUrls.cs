using Minato.Aws;
using Minato.Platform;

namespace Minato.CloudFormation.Types;

/// <summary>Addresses that whoever has them may put an answer to; nobody can make one up.</summary>
internal sealed class AnswerUrls(PageTokens tokens, Installation installation)
{
    public const string Path = "/_cloudformation/answers/";

    private const string Binding = "cloudformation:answers";

    /// <summary>For signals to a wait condition's handle.</summary>
    public string ForSignals(string resourceKey, string nonce) => UrlOf($"signal\n{resourceKey}\n{nonce}");

    /// <summary>For the answer of a custom resource to one request.</summary>
    public string ForAnswer(string resourceKey, string requestId) => UrlOf($"answer\n{resourceKey}\n{requestId}");

    /// <returns>Kind, resource, and nonce or request; null for an address that is not ours.</returns>
    public (string Kind, string ResourceKey, string Id)? Read(string? url)
    {
        if (url?.IndexOf(Path, StringComparison.Ordinal) is not ({ } at and >= 0)) return null;
        var token = url[(at + Path.Length)..].Split('?')[0];
        return tokens.Decode(Binding, token)?.Split('\n') is [var kind, var key, var id] ? (kind, key, id) : null;
    }

    private string UrlOf(string what) => new Uri(installation.Endpoint, Path + tokens.Encode(Binding, what)).ToString();
}

using Minato.Contracts.Ecr;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Planning;

/// <summary>Which pull-through cache rule a repository falls under, and what it is called upstream.</summary>
internal static class UpstreamNames
{
    private static readonly Dictionary<UpstreamRegistry, string> s_hosts = new()
    {
        [UpstreamRegistry.EcrPublic] = "public.ecr.aws",
        [UpstreamRegistry.K8s] = "registry.k8s.io",
        [UpstreamRegistry.Quay] = "quay.io",
        [UpstreamRegistry.DockerHub] = "registry-1.docker.io",
        [UpstreamRegistry.GithubContainerRegistry] = "ghcr.io",
        [UpstreamRegistry.GitlabContainerRegistry] = "registry.gitlab.com",
        [UpstreamRegistry.Chainguard] = "cgr.dev",
    };

    public static bool NeedsCredentials(UpstreamRegistry? registry) => registry is UpstreamRegistry.DockerHub or UpstreamRegistry.GithubContainerRegistry
        or UpstreamRegistry.AzureContainerRegistry or UpstreamRegistry.GitlabContainerRegistry or UpstreamRegistry.Chainguard;

    /// <returns>The rule with the longest prefix; null when the repository is nobody's cache.</returns>
    public static CacheRuleState? Rule(IReadState state, RepositoryKey repository)
    {
        if (state.Count(EcrTables.CacheRulesByHome, repository.Home) == 0) return null;
        return Prefixes.Of(repository.Name).Skip(1).Append(PrefixKey.Root).Select(p => state.Find(EcrTables.CacheRules, new(repository.Home, p))).FirstOrDefault(r => r is not null);
    }

    public static string Upstream(CacheRuleState rule, string repository)
    {
        var rest = rule.Key.Prefix == PrefixKey.Root ? repository : repository[(rule.Key.Prefix.Length + 1)..];
        return rule.UpstreamPrefix is null or PrefixKey.Root ? rest : $"{Prefixes.Normal(rule.UpstreamPrefix)}/{rest}";
    }

    /// <returns>The registry behind an address as rules give it; null for one that is not supported, false in <c>IsKnown</c> for one of somebody's own.</returns>
    public static (bool IsKnown, UpstreamRegistry? Registry)? Recognize(string url, UpstreamRegistry? said)
    {
        var host = url.StartsWith("https://", StringComparison.Ordinal) ? url["https://".Length..] : url;
        foreach (var (registry, known) in s_hosts)
        {
            if (host == known) return said is null || said == registry ? (true, registry) : null;
        }

        if (host.EndsWith(".azurecr.io", StringComparison.Ordinal)) return said is null or UpstreamRegistry.AzureContainerRegistry ? (true, UpstreamRegistry.AzureContainerRegistry) : null;
        if (EcrHost(host) is not null) return said is null or UpstreamRegistry.Ecr ? (true, UpstreamRegistry.Ecr) : null;
        // Not AWS's: a registry of one's own is named by its scheme or its port, so that a slip of the pen is not taken for one.
        return said is null && (url.Contains("://", StringComparison.Ordinal) || url.Contains(':', StringComparison.Ordinal)) && Root(url) is not null ? (false, null) : null;
    }

    /// <returns>Null for what is no address of a registry.</returns>
    public static Uri? Root(string url) =>
        Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : $"https://{url}", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri is { PathAndQuery: "/", UserInfo: "" } ? uri : null;

    /// <returns>The registry that a host name of ECR means; null for another host.</returns>
    public static Home? EcrHost(string host) =>
        host.Split('.') is [{ Length: 12 } account, "dkr", "ecr", var region, "amazonaws", "com"] && account.All(char.IsAsciiDigit)
        && region.Length is > 0 and <= 25 && region.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? new(account, region) : null;
}

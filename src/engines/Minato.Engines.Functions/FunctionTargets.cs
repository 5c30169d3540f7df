using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Minato.Engines.Functions;

/// <summary>Which HTTP address answers for which function. Kept in a file, so that a restart finds it again.</summary>
public sealed class FunctionTargets
{
    public const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly string _file;
    private ImmutableSortedDictionary<string, string> _urls;

    public FunctionTargets(HttpFunctionOptions options)
    {
        _file = options.File;
        var kept = File.Exists(_file)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(_file), FunctionJson.Default.ImmutableSortedDictionaryStringString) : null;
        _urls = (kept ?? ImmutableSortedDictionary<string, string>.Empty).WithComparers(StringComparer.Ordinal);
    }

    /// <summary>Addresses by function ARN.</summary>
    public ImmutableSortedDictionary<string, string> All => _urls;

    /// <summary>The address of a function; one registered without a version or alias answers for all of them.</summary>
    public Uri? Find(string functionArn)
    {
        var urls = _urls;
        return urls.TryGetValue(functionArn, out var url) || urls.TryGetValue(Unqualified(functionArn), out url) ? new Uri(url) : null;
    }

    /// <exception cref="FormatException">Not the ARN of a function, no HTTP address, or too many of them.</exception>
    public void Put(string functionArn, string url)
    {
        if (functionArn.Split(':') is not ["arn", _, "lambda", _, _, "function", { Length: > 0 }, ..])
            throw new FormatException($"{functionArn} is not the ARN of a Lambda function.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new FormatException($"{url} is not an HTTP address.");
        lock (_gate)
        {
            if (_urls.Count >= Most && !_urls.ContainsKey(functionArn)) throw new FormatException($"There are {Most} functions already.");
            Save(_urls.SetItem(functionArn, url));
        }
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(string functionArn)
    {
        lock (_gate)
        {
            if (!_urls.ContainsKey(functionArn)) return false;
            Save(_urls.Remove(functionArn));
            return true;
        }
    }

    public void Clear()
    {
        lock (_gate) Save(_urls.Clear());
    }

    /// <summary>Written beside and moved over: a crash leaves the old file or the new one.</summary>
    private void Save(ImmutableSortedDictionary<string, string> urls)
    {
        var beside = _file + ".new";
        File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(urls, FunctionJson.Default.ImmutableSortedDictionaryStringString));
        File.Move(beside, _file, overwrite: true);
        _urls = urls;
    }

    // arn:aws:lambda:REGION:ACCOUNT:function:NAME, and then perhaps :QUALIFIER.
    private static string Unqualified(string arn) => string.Join(':', arn.Split(':').Take(7));
}

[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
internal sealed partial class FunctionJson : JsonSerializerContext;

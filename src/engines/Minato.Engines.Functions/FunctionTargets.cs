using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace Minato.Engines.Functions;

/// <summary>Which HTTP address answers for which function. Kept in a file, so that a restart finds it again.</summary>
public sealed partial class FunctionTargets
{
    public const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly ILogger<FunctionTargets> _log;
    private ImmutableSortedDictionary<string, string> _urls;

    public FunctionTargets(HttpFunctionOptions options, ILogger<FunctionTargets> log)
    {
        (_file, _log) = (options.File, log);
        _urls = Load().WithComparers(StringComparer.Ordinal);
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
        Check(functionArn, url);
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

    private static void Check(string functionArn, string url)
    {
        if (functionArn.Split(':') is not ["arn", _, "lambda", _, _, "function", { Length: > 0 }, ..])
            throw new FormatException($"{functionArn} is not the ARN of a Lambda function.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new FormatException($"{url} is not an HTTP address.");
    }

    /// <summary>A broken file keeps nobody from starting: it is put aside, and there are no functions until somebody registers them again.</summary>
    private ImmutableSortedDictionary<string, string> Load()
    {
        try
        {
            if (!File.Exists(_file)) return ImmutableSortedDictionary<string, string>.Empty;
            var kept = JsonSerializer.Deserialize(File.ReadAllBytes(_file), FunctionJson.Default.ImmutableSortedDictionaryStringString)
                ?? throw new FormatException("It holds null.");
            foreach (var (arn, url) in kept) Check(arn, url);
            return kept;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            var aside = Enumerable.Range(1, Most).Select(n => $"{_file}.broken-{n}").FirstOrDefault(f => !File.Exists(f)) ?? $"{_file}.broken";
            File.Move(_file, aside, overwrite: true);
            LogBroken(_file, e.Message, aside);
            return ImmutableSortedDictionary<string, string>.Empty;
        }
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

    [LoggerMessage(4201, LogLevel.Error, "{File} is broken ({Reason}): there are no functions now. The file is kept as {Aside}; register the functions again with ./minato function add")]
    private partial void LogBroken(string file, string reason, string aside);
}

[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
internal sealed partial class FunctionJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Minato.Migration.Journal;
using Minato.Migration.Plans;
using Minato.Migration.Running;

namespace Minato.Migration.Tests;

/// <summary>A journal in memory that outlives its runners, as a file does.</summary>
internal sealed class MemoryJournal : IJournal
{
    private ImmutableList<JournalEntry> _entries = [];
    private TaskCompletionSource _changed = new();

    /// <summary>Called with every entry before and after it is kept; may throw, as a death would end the runner.</summary>
    public Action<JournalEntry, bool>? Around { get; set; }

    public ImmutableList<JournalEntry> Read() => _entries;

    public void Append(JournalEntry entry)
    {
        Around?.Invoke(entry, false);
        _entries = _entries.Add(entry);
        Interlocked.Exchange(ref _changed, new()).TrySetResult();
        Around?.Invoke(entry, true);
    }

    public Task ChangedAsync(CancellationToken ct) => _changed.Task.WaitAsync(ct);
}

/// <summary>Two sides that answer what a test says.</summary>
internal sealed class SimSender : IHttpSender
{
    /// <summary>By the value of the header that chooses the side, or its host where it has an address of its own, and the path.</summary>
    public Func<string?, string, HttpAnswer> Answer { get; set; } = (_, path) => Ok($"the page {path}");

    public int Sent { get; private set; }

    /// <summary>Whom requests asked for, in their order; null for the address itself.</summary>
    public List<string?> Hosts { get; } = [];

    public static HttpAnswer Ok(string body, int status = 200) =>
        new(status, ImmutableSortedDictionary<string, string>.Empty.Add("content-type", "text/html"), Encoding.UTF8.GetBytes(body), false, null);

    public Task<HttpAnswer> SendAsync(SideAddress side, MirrorRequest request, TimeSpan timeout, int maxBody, CancellationToken ct)
    {
        Sent++;
        Hosts.Add(request.Headers.GetValueOrDefault("Host") ?? side.Host);
        return Task.FromResult(Answer(side.Value ?? side.Url.Host, request.Path));
    }
}

/// <summary>A runner that dies here, as by kill -9.</summary>
internal sealed class Death : Exception;

/// <summary>An AWS interface with bad luck: called before and after every operation, by its name.</summary>
#pragma warning disable CA1852 // The proxy is a subclass made at run time.
internal class Unlucky<T> : DispatchProxy
    where T : class
#pragma warning restore CA1852
{
    private T? _inner;
    private Action<string, bool>? _around;
    private Func<object?, object?> _alter = answer => answer;
    private Action<object?> _listen = _ => { };

    public static T Around(T inner, Action<string, bool> around)
    {
        var proxy = Create<T, Unlucky<T>>();
        ((Unlucky<T>)(object)proxy)._inner = inner;
        ((Unlucky<T>)(object)proxy)._around = around;
        return proxy;
    }

    /// <summary>One that answers what AWS may and the room behind it does not.</summary>
    public static T Answering(T inner, Func<object?, object?> alter)
    {
        var proxy = Around(inner, (_, _) => { });
        ((Unlucky<T>)(object)proxy)._alter = alter;
        return proxy;
    }

    public static T Listening(T inner, Action<object?> listen)
    {
        var proxy = Around(inner, (_, _) => { });
        ((Unlucky<T>)(object)proxy)._listen = listen;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod?.ReturnType.GenericTypeArguments[0] ?? typeof(object);
        return typeof(Unlucky<T>).GetMethod(nameof(CallAsync), BindingFlags.Instance | BindingFlags.NonPublic)?.MakeGenericMethod(result).Invoke(this, [targetMethod, args]);
    }

    private async Task<TResult> CallAsync<TResult>(MethodInfo method, object?[] args)
    {
        _around?.Invoke(method.Name, false);
        _listen(args[0]);
        var answer = await (Task<TResult>)(method.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null) ?? throw new InvalidOperationException("An operation answers with a task."));
        _around?.Invoke(method.Name, true);
        return _alter(answer) is TResult altered ? altered : throw new InvalidOperationException("An answer stays one of its kind.");
    }
}

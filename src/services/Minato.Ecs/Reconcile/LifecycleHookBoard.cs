using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Minato.Engines.Functions;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Calls of lifecycle hooks that this process has under way, and what they brought. A call outlives the run of the reconciler that
/// began it and brings its service back when it ends; one that dies with the process is made again.
/// </summary>
internal sealed class LifecycleHookBoard(IServiceProvider services, IWorkQueue<ServiceKey> queue) : IDisposable
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    public ImmutableHashSet<string> InFlight(ServiceKey service) =>
        _entries.IsEmpty ? [] : [.. _entries.Where(e => e.Value.Service == service && e.Value.Answer is null).Select(e => e.Key)];

    public ImmutableDictionary<string, HookAnswer> Answers(ServiceKey service)
    {
        var answers = ImmutableDictionary<string, HookAnswer>.Empty;
        if (_entries.IsEmpty) return answers;
        foreach (var (id, entry) in _entries)
            if (entry.Service == service && entry.Answer is { } answer) answers = answers.SetItem(id, answer);
        return answers;
    }

    public void Forget(string hookId) => _entries.TryRemove(hookId, out _);

    /// <summary>Nothing of the service is under way any more that anybody waits for.</summary>
    public void Forget(ServiceKey service)
    {
        foreach (var (id, entry) in _entries)
            if (entry.Service == service) _entries.TryRemove(id, out _);
    }

    public void Call(ServiceKey service, HookExecution hook, string payload)
    {
        var entry = new Entry(service);
        if (_entries.TryAdd(hook.Id, entry)) _ = CallAsync(entry, hook, payload);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task CallAsync(Entry entry, HookExecution hook, string payload)
    {
        var ct = _stopping.Token;
        await Task.Yield();
        try
        {
            entry.Answer = services.GetService<IFunctionEngine>() is { } functions
                ? HookAnswer.Of(await functions.InvokeAsync(hook.TargetArn ?? "", payload, ct))
                : new HookAnswer.Broken("there is nothing that calls functions.");
        }
        catch (OperationCanceledException)
        {
            return; // The process ends; the next one calls again.
        }

        queue.Enqueue(entry.Service);
    }

    private sealed class Entry(ServiceKey service)
    {
        private volatile HookAnswer? _answer;

        public ServiceKey Service => service;

        public HookAnswer? Answer
        {
            get => _answer;
            set => _answer = value;
        }
    }
}

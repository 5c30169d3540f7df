using System.Text.Json.Nodes;

namespace Minato.Aws.Templates;

/// <summary>
/// What all types have in common: a type says how its resource is made, changed, removed and described, and this class makes a handler of it
/// that can be called again after any crash, waits without waiting, and speaks CloudFormation's words.
/// </summary>
public abstract class ResourceHandler(string typeName, TimeProvider clock) : IResourceType
{
    private const string Before = "before";
    private const string Settling = "settling";
    private const string Leaving = "leaving";
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    public string TypeName => typeName;
    public abstract ResourceTypeSchema Schema { get; }

    /// <summary>Null for types whose resources have no names.</summary>
    protected internal virtual NameRule? Name => null;

    /// <summary>Properties whose names are not the members' of the service, at any depth.</summary>
    protected internal virtual IReadOnlyDictionary<string, string> Spelled => SameNames;

    /// <summary>For EC2: what its requests call this kind of resource among their tags.</summary>
    protected internal virtual string? TagSpecification => null;

    /// <summary>The room lets CloudFormation set tags that begin with <c>aws:</c>.</summary>
    protected internal virtual bool TakesSystemTags => false;

    /// <summary>Properties that AWS changes in place and the room has no operation for. A change of them fails; it is not passed over.</summary>
    protected virtual IReadOnlyList<string> Unchangeable => [];

    /// <summary>An operation that takes longer has failed.</summary>
    protected virtual TimeSpan Longest => TimeSpan.FromMinutes(30);

    /// <summary>The same where it depends on what is asked.</summary>
    protected virtual TimeSpan LongestOf(TemplateResource r) => Longest;

    protected static IReadOnlyDictionary<string, string> SameNames { get; } = new Dictionary<string, string>();

    /// <summary>Makes it and sets <see cref="TemplateResource.Id"/>. Called again, it finds what it made.</summary>
    protected abstract Task MakeAsync(TemplateResource r, CancellationToken ct);

    /// <summary>Brings what is there to what is asked. Called again, it does no harm.</summary>
    protected virtual Task ChangeAsync(TemplateResource r, CancellationToken ct) => Task.CompletedTask;
    protected abstract Task RemoveAsync(TemplateResource r, CancellationToken ct);

    /// <returns>Null when it is not there.</returns>
    protected abstract Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct);

    /// <summary>What was made or changed has come to rest.</summary>
    /// <exception cref="ResourceFailedException">It will not.</exception>
    protected virtual Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => Task.FromResult(true);

    /// <summary>What was removed has gone.</summary>
    protected virtual Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => Task.FromResult(true);

    /// <summary>The id of what bears <see cref="TemplateResource.Name"/>. Unless a type says otherwise, that name is the id.</summary>
    protected virtual async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        r.Id = r.Name;
        try { return await DescribeAsync(r, ct) is null ? null : r.Name; }
        finally { r.Forget(); } // It may be somebody else's.
    }

    /// <summary>
    /// Asked before anything is made, for services that could not tell a repeated call from a second one: what this answers is written down
    /// and is the <see cref="TemplateResource.Note"/> when it is made. A name that a template gives must be free at that moment, so that whatever
    /// bears it later is ours.
    /// </summary>
    protected virtual async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.IsNameGiven) return null;
        if (await DescribedOrNull(() => FindAsync(r, ct)) is not null)
            throw new ResourceFailedException("AlreadyExists", $"Resource of type '{TypeName}' with identifier '{r.Name}' already exists.");
        return "free";
    }

    /// <summary>Makes something whose name is ours: that it is there already means that an earlier attempt made it.</summary>
    protected static async Task OnceAsync(Func<Task> make)
    {
        try { await make(); }
        catch (AwsException e) when (HandlerErrors.IsAlreadyThere(e)) { }
    }

    /// <summary>Asks for something that may not be there.</summary>
    protected static async Task<T?> DescribedOrNull<T>(Func<Task<T?>> ask)
        where T : class
    {
        try { return await ask(); }
        catch (AwsException e) when (HandlerErrors.IsNotThere(e)) { return null; }
    }

    /// <summary>Removes a part that may have gone before.</summary>
    protected static async Task IfThereAsync(Func<Task> work)
    {
        try { await work(); }
        catch (AwsException e) when (HandlerErrors.IsNotThere(e)) { }
    }

    public virtual bool IsReplacedBy(JsonObject updatePolicy, JsonObject before, JsonObject after) => false;

    public ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct) => RunAsync(request, async r =>
    {
        if (r.KnownId is null)
        {
            if (r.Phase is null && await LookBeforeAsync(r, ct) is { } before) return new ResourceProgress.Pending(null, TimeSpan.Zero, $"{Before}|{before}");
            await MakeAsync(r, ct);
            if (r.Phase == Before && $"{Before}|{r.Note}" == request.Context) r.Note = null; // Of no use any more.
        }
        return await SettleAsync(r, ct);
    });

    // AWS: who may make a thing need not be able to see whether there is one already.
    private async Task<string?> LookBeforeAsync(TemplateResource r, CancellationToken ct)
    {
        var caller = r.Caller;
        r.Caller = caller with { IsOwnLook = true };
        try { return await BeforeAsync(r, ct); }
        finally { r.Caller = caller; }
    }

    public ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct) => RunAsync(request, async r =>
    {
        if (Unchangeable.FirstOrDefault(p => r.Changed(p)) is { } property) throw new ResourceFailedException("NotUpdatable", $"{property} of {TypeName} can not be changed here.");
        if (r.Phase != Settling) await ChangeAsync(r, ct);
        return await SettleAsync(r, ct);
    });

    public ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct) => RunAsync(request, async r =>
    {
        var gone = new ResourceProgress.Done(null, new());
        if (r.KnownId is null) return gone;
        try
        {
            if (r.Phase != Leaving) await RemoveAsync(r, ct);
            return await IsGoneAsync(r, ct) ? gone : Later(r, Leaving);
        }
        catch (AwsException e) when (HandlerErrors.IsNotThere(e))
        {
            return gone;
        }
        catch (AwsException e) when (HandlerErrors.IsStillNeeded(e) && !IsLate(r))
        {
            return Later(r, "");
        }
    });

    public async ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct)
    {
        var r = new TemplateResource(this, request);
        return r.KnownId is null ? null : await DescribedOrNull(() => DescribeAsync(r, ct));
    }

    private async Task<ResourceProgress> SettleAsync(TemplateResource r, CancellationToken ct)
    {
        if (!await IsSettledAsync(r, ct)) return Later(r, Settling);
        var model = await DescribedOrNull(() => DescribeAsync(r, ct)) ?? new();
        foreach (var (name, value) in r.Told) model.Attributes[name] = value?.DeepClone();
        return new ResourceProgress.Done(r.Id, model);
    }

    private ResourceProgress.Pending Later(TemplateResource r, string phase)
    {
        if (IsLate(r)) throw new ResourceFailedException("NotStabilized", "Exceeded attempts to wait");
        var since = clock.GetUtcNow() - r.Request.Since;
        var pause = TimeSpan.FromTicks(Math.Clamp(since.Ticks / 8, s_shortestPause.Ticks, s_longestPause.Ticks));
        return new(r.KnownId, pause, $"{phase}|{r.Note}");
    }

    private bool IsLate(TemplateResource r) => clock.GetUtcNow() - r.Request.Since > LongestOf(r);

    private async ValueTask<ResourceProgress> RunAsync(ResourceRequest request, Func<TemplateResource, Task<ResourceProgress>> work)
    {
        var r = new TemplateResource(this, request);
        try
        {
            return await work(r);
        }
        catch (AwsException e)
        {
            return new ResourceProgress.Failed(HandlerErrors.CodeOf(e), HandlerErrors.Describe(TypeName, e, request.Caller), r.KnownId);
        }
        catch (TemplateValueException e)
        {
            // AWS: not a handler says this, so there is no code and no frame around it.
            return new ResourceProgress.Failed("", $"Properties validation failed for resource {request.LogicalResourceId} with message:\n{e.Message}", r.KnownId);
        }
        catch (ResourceFailedException e)
        {
            return new ResourceProgress.Failed(e.Code, e.Message, r.KnownId);
        }
    }
}

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Tests that each have a HAProxy of their own, with its targets; skipped where there is none.</summary>
public abstract class OnHaProxy : IAsyncLifetime
{
    private HaProxyBed? made;

    private protected HaProxyBed Bed => made ?? throw new InvalidOperationException();

    protected static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(HaProxyBed.Absence is not null, HaProxyBed.Absence ?? "");
        made = new();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (made is not null) await made.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

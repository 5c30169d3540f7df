namespace Minato.Aws.Tests.Given;

internal sealed class FixedClock(string iso) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.Parse(iso);

    public override DateTimeOffset GetUtcNow() => Now;
}

using Minato.Contracts.Ec2;
using Minato.Ec2.State;
using Minato.Engines.Containers;

namespace Minato.Ec2.Planning;

/// <summary>The next thing to do for an instance that a container plays.</summary>
internal abstract record MachineStep
{
    private MachineStep() { }

    /// <summary>Nothing, until something changes.</summary>
    public sealed record Rest : MachineStep;
    public sealed record Create : MachineStep;
    public sealed record Start(string ContainerId) : MachineStep;
    public sealed record Stop(string ContainerId) : MachineStep;
    public sealed record Remove(string ContainerId) : MachineStep;

    /// <summary>The image that is wanted is made of its files as they are.</summary>
    public sealed record Commit(string ContainerId, string ImageId) : MachineStep;

    /// <summary>It is in this state now.</summary>
    public sealed record Become(InstanceStateName State, MachineReason? Reason) : MachineStep;

    /// <summary>It shut itself down, and that ends it.</summary>
    public sealed record Terminate(MachineReason Reason) : MachineStep;

    /// <summary>A terminated one is not shown any longer.</summary>
    public sealed record Forget : MachineStep;
    public sealed record WaitUntil(DateTimeOffset At) : MachineStep;
}

/// <summary>Why an instance is as it is, in AWS's words.</summary>
internal sealed record MachineReason(string Code, string Message)
{
    public static MachineReason ByUser { get; } = Of("Client.UserInitiatedShutdown", "User initiated shutdown");
    public static MachineReason ByItself { get; } = Of("Client.InstanceInitiatedShutdown", "Instance initiated shutdown");

    public static MachineReason OfLaunch(string? problem) => Of("Server.InternalError", $"Internal error on launch: {problem}");

    private static MachineReason Of(string code, string words) => new(code, $"{code}: {words}");
}

internal static class MachinePlanner
{
    /// <summary>AWS: a terminated instance is shown for about an hour.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromHours(1);

    public static MachineStep Plan(MachineBody body, EngineContainer? container, DateTimeOffset now) => body.Wanted switch
    {
        InstanceStateName.Terminated => Terminate(body, container, now),
        _ when body.ImageWanted is { } image && container is not null => Copy(image, container),
        InstanceStateName.Stopped => container switch
        {
            { Phase: ContainerPhase.Running } => new MachineStep.Stop(container.Id),
            _ when body.State is InstanceStateName.Stopped => new MachineStep.Rest(),
            _ => new MachineStep.Become(InstanceStateName.Stopped, MachineReason.ByUser),
        },
        _ => Run(body, container),
    };

    /// <summary>AWS: so that its files are whole, an instance is shut down for the time that its image is made, unless told otherwise.</summary>
    private static MachineStep Copy(ImageRequest image, EngineContainer container) =>
        container.Phase is ContainerPhase.Running && !image.NoReboot ? new MachineStep.Stop(container.Id) : new MachineStep.Commit(container.Id, image.ImageId);

    private static MachineStep Run(MachineBody body, EngineContainer? container) => container switch
    {
        null => new MachineStep.Create(),
        { Phase: ContainerPhase.Running } when body.RebootAt > container.StartedAt => new MachineStep.Stop(container.Id),
        { Phase: ContainerPhase.Running } => body.State is InstanceStateName.Running ? new MachineStep.Rest() : new MachineStep.Become(InstanceStateName.Running, null),
        { Phase: ContainerPhase.Created } => new MachineStep.Start(container.Id),
        _ when body.State is InstanceStateName.Pending || body.RebootAt > container.StartedAt => new MachineStep.Start(container.Id),
        _ when body.IsTerminatedByShutdown => new MachineStep.Terminate(MachineReason.ByItself),
        _ => new MachineStep.Become(InstanceStateName.Stopped, MachineReason.ByItself), // Its first process has ended.
    };

    private static MachineStep Terminate(MachineBody body, EngineContainer? container, DateTimeOffset now) => (body.State, container) switch
    {
        (_, { } there) => new MachineStep.Remove(there.Id),
        (InstanceStateName.Terminated, _) when body.EndedAt + Shown is { } until => now >= until ? new MachineStep.Forget() : new MachineStep.WaitUntil(until),
        _ => new MachineStep.Become(InstanceStateName.Terminated, null),
    };
}

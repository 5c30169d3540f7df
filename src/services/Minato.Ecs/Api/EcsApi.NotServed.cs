using Minato.Aws;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

// Operations of the model that Minato does not serve yet. A line goes away when its noun's file serves the operation.
internal sealed partial class EcsApi
{
    private static AwsException NotServed(string operation) => AwsException.NotServed("ecs", operation);

    public Task<ExecuteCommandResponse> ExecuteCommandAsync(ExecuteCommandRequest request, Caller caller, CancellationToken ct) => throw NotServed("ExecuteCommand");
}

using System.Text;
using Minato.Aws;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Contracts.CloudFormation;

namespace Minato.Cli.Deploying;

/// <summary>Brings a template file into force as a stack. Doing it again changes what differs, or nothing.</summary>
internal sealed class TemplateDeployer(AwsClients aws, string file)
{
    private const int LargestBody = 51_200; // CloudFormation's own bound of a template inside a request.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>The stack's name: the file's, with what a name may have.</summary>
    public string StackName { get; } = NameOf(Path.GetFileNameWithoutExtension(file));

    /// <returns>Whether the stack is now as the template says.</returns>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        var body = await ReadAsync(ct);
        var stack = await FindAsync(StackName, ct);
        if (stack is not null) await NoteEventsAsync(stack.StackId ?? StackName, ct);
        // What never came to be cannot be updated.
        if (stack?.StackStatus is StackStatus.RollbackComplete or StackStatus.RollbackFailed or StackStatus.ReviewInProgress or StackStatus.DeleteFailed)
        {
            await aws.CloudFormation.DeleteStackAsync(new() { StackName = StackName }, aws.Caller, ct);
            await FollowAsync(stack.StackId ?? StackName, ct);
            stack = null;
        }
        var id = stack is null ? await CreateAsync(body, ct) : await UpdateAsync(body, ct);
        if (id is null)
        {
            Screen.Line($"Stack {StackName} is up to date.");
            return true;
        }
        var status = await FollowAsync(id, ct);
        Screen.Line($"Stack {StackName} is {status.ToWire()}.");
        return status is StackStatus.CreateComplete or StackStatus.UpdateComplete;
    }

    private async Task<string> ReadAsync(CancellationToken ct)
    {
        if (!File.Exists(file)) throw new UserException($"{file} is not there.");
        var body = await File.ReadAllTextAsync(file, ct);
        return Encoding.UTF8.GetByteCount(body) <= LargestBody ? body
            : throw new UserException($"{file} is larger than {LargestBody} bytes: deploy it with aws cloudformation deploy --s3-bucket.");
    }

    private async Task<string?> CreateAsync(string body, CancellationToken ct) =>
        (await aws.CloudFormation.CreateStackAsync(new() { StackName = StackName, TemplateBody = body, Capabilities = [.. Enum.GetValues<Capability>()] }, aws.Caller, ct)).StackId;

    private async Task<string?> UpdateAsync(string body, CancellationToken ct)
    {
        try
        {
            return (await aws.CloudFormation.UpdateStackAsync(new() { StackName = StackName, TemplateBody = body, Capabilities = [.. Enum.GetValues<Capability>()] }, aws.Caller, ct)).StackId;
        }
        catch (AwsException e) when (e.Message.StartsWith("No updates are to be performed", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private async Task<Stack?> FindAsync(string nameOrId, CancellationToken ct)
    {
        try
        {
            return (await aws.CloudFormation.DescribeStacksAsync(new() { StackName = nameOrId }, aws.Caller, ct)).Stacks?[0];
        }
        catch (AwsException e) when (e.Message.EndsWith("does not exist", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private async Task<StackStatus> FollowAsync(string id, CancellationToken ct)
    {
        while (true)
        {
            var stack = await FindAsync(id, ct) ?? throw new UserException($"Stack {StackName} went away while it was deployed.");
            foreach (var told in await NoteEventsAsync(id, ct))
                Screen.Line($"  {told.LogicalResourceId,-32} {told.ResourceStatus?.ToWire()} {told.ResourceStatusReason}".TrimEnd());
            if (!stack.StackStatus.ToWire().EndsWith("IN_PROGRESS", StringComparison.Ordinal)) return stack.StackStatus;
            await Task.Delay(s_look, ct);
        }
    }

    private async Task<List<StackEvent>> NoteEventsAsync(string id, CancellationToken ct)
    {
        var events = (await aws.CloudFormation.DescribeStackEventsAsync(new() { StackName = id }, aws.Caller, ct)).StackEvents ?? [];
        return [.. events.Reverse().Where(e => _told.Add(e.EventId))];
    }

    private static string NameOf(string text)
    {
        var name = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"stack-{name}".TrimEnd('-');
    }
}

using Minato.Cli.Running;
using Minato.Contracts.Iam;

namespace Minato.Cli.Demo;

/// <summary>The role by which ECS pulls images and writes logs for a Fargate task, made once as AWS's own guide makes it.</summary>
internal static class ExecutionRole
{
    private const string Name = "ecsTaskExecutionRole";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    /// <returns>Its ARN.</returns>
    public static async Task<string> EnsureAsync(MinatoClient minato, CancellationToken ct)
    {
        try
        {
            return (await minato.Iam.GetRoleAsync(new() { RoleName = Name }, minato.Caller, ct)).Role.Arn;
        }
        catch (NoSuchEntityException)
        {
            var role = (await minato.Iam.CreateRoleAsync(new() { RoleName = Name, AssumeRolePolicyDocument = Trust }, minato.Caller, ct)).Role;
            await minato.Iam.AttachRolePolicyAsync(
                new() { RoleName = Name, PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy" }, minato.Caller, ct);
            return role.Arn;
        }
    }
}

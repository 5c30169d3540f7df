using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Api;

/// <summary>Every operation of today's model answers, if only with a refusal that the model gives it.</summary>
public sealed class OperationTableTests
{
    private const int OperationsOfToday = 77;

    public static TheoryData<string> Operations => [.. EcsModel.Errors.Keys];

    [Fact]
    public void All_operations_of_today_s_model_are_there() => EcsModel.Errors.Count.ShouldBe(OperationsOfToday);

    /// <summary>Members that must be there name things that are not, the others are left out: most of AWS's checks are met on the way.</summary>
    [Theory, MemberData(nameof(Operations))]
    public void An_operation_answers_or_refuses_in_its_own_words(string operation) => ServiceWorld.Run(1, async world =>
    {
        var method = typeof(IEcs).GetMethod(operation + "Async").ShouldNotBeNull();
        try
        {
            object[] arguments = [Sparse(method.GetParameters()[0].ParameterType), world.World.Caller, CancellationToken.None];
            await (Task)method.Invoke(world.Ecs, BindingFlags.DoNotWrapExceptions, null, arguments, null).ShouldNotBeNull();
        }
        catch (AwsException refusal)
        {
            refusal.IsClientFault.ShouldBeTrue(refusal.Message);
            refusal.Message.ShouldNotBeNullOrEmpty();
            EcsModel.Errors[operation].ShouldContain(refusal.Code);
        }
    });

    private static object Sparse(Type type)
    {
        var made = Activator.CreateInstance(type).ShouldNotBeNull();
        foreach (var member in type.GetProperties().Where(p => p.IsDefined(typeof(RequiredMemberAttribute)))) member.SetValue(made, ValueFor(member.PropertyType));
        return made;
    }

    private static object ValueFor(Type type) =>
        type == typeof(string) ? "none"
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            ? type.GetField(nameof(ImmutableArray<>.Empty), BindingFlags.Public | BindingFlags.Static)?.GetValue(null) ?? throw new InvalidOperationException($"No empty {type}.")
        : type.IsValueType ? Activator.CreateInstance(type) ?? throw new InvalidOperationException($"No empty {type}.")
        : Sparse(type);
}

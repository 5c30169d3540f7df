using System.Reflection;
using Minato.Contracts.Ssm;

namespace Minato.Ec2.Tests;

/// <summary>A parameter store that keeps what is put there.</summary>
public class KeptParameters : DispatchProxy
{
    private readonly Dictionary<string, PutParameterRequest> _kept = [];

    public static (ISsm Store, IReadOnlyDictionary<string, PutParameterRequest> Kept) Create()
    {
        var store = Create<ISsm, KeptParameters>();
        return (store, ((KeptParameters)(object)store)._kept);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => args?[0] switch
    {
        PutParameterRequest put => Task.FromResult(Put(put)),
        DeleteParameterRequest gone => Task.FromResult(_kept.Remove(gone.Name) ? new DeleteParameterResponse() : throw new ParameterNotFound()),
        DescribeParametersRequest asked => Task.FromResult(new DescribeParametersResponse
        {
            Parameters = [.. _kept.Keys.Where(k => asked.ParameterFilters?[0].Values?.Contains(k) is true).Select(k => new ParameterMetadata { Name = k })],
        }),
        _ => throw new NotSupportedException(),
    };

    private PutParameterResponse Put(PutParameterRequest put)
    {
        _kept[put.Name] = put;
        return new();
    }
}

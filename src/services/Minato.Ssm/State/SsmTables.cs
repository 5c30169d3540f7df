using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Ssm.State;

internal static class SsmTables
{
    public static readonly Table<ParameterKey, ParameterState> Parameters = new("ssm.parameters", p => p.Key, () => SsmJson.Default.ParameterState);

    // In the order of names: a hierarchy is a run of it.
    public static readonly Index<Home, ParameterKey, ParameterState> ParametersByHome = Parameters.AddIndex<Home>("home", p => p.Key.Home);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ParameterState))]
internal sealed partial class SsmJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ClusterState))]
[JsonSerializable(typeof(FamilyState))]
[JsonSerializable(typeof(TaskDefinitionState))]
[JsonSerializable(typeof(TaskState))]
[JsonSerializable(typeof(ContainerInstanceState))]
[JsonSerializable(typeof(LogCursorState))]
[JsonSerializable(typeof(SettingState))]
[JsonSerializable(typeof(ClientTokenState))]
internal sealed partial class EcsJson : JsonSerializerContext;

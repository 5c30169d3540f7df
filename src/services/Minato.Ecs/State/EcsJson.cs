using System.Text.Json.Serialization;

namespace Minato.Ecs.State;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClusterState))]
[JsonSerializable(typeof(FamilyState))]
[JsonSerializable(typeof(TaskDefinitionState))]
[JsonSerializable(typeof(TaskState))]
[JsonSerializable(typeof(ContainerInstanceState))]
[JsonSerializable(typeof(LogCursorState))]
[JsonSerializable(typeof(SettingState))]
[JsonSerializable(typeof(ClientTokenState))]
internal sealed partial class EcsJson : JsonSerializerContext;

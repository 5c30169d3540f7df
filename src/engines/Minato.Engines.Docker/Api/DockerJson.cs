using System.Text.Json.Serialization;

namespace Minato.Engines.Docker;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(InfoAnswer))]
[JsonSerializable(typeof(Dictionary<string, string[]>), TypeInfoPropertyName = "Filters")]
[JsonSerializable(typeof(CreateContainerBody))]
[JsonSerializable(typeof(CreateContainerAnswer))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(ContainerAnswer))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(EventLine))]
[JsonSerializable(typeof(NetworkAnswer))]
[JsonSerializable(typeof(NetworkAnswer[]))]
[JsonSerializable(typeof(CreateNetworkBody))]
[JsonSerializable(typeof(CreateNetworkAnswer))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(CreateVolumeBody))]
[JsonSerializable(typeof(StatsAnswer))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
[JsonSerializable(typeof(ImageManifest[]))]
[JsonSerializable(typeof(ImageConfig))]
internal sealed partial class DockerJson : JsonSerializerContext;

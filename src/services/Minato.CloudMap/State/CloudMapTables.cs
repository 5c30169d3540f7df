using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.CloudMap.State;

internal static class CloudMapTables
{
    public static readonly Table<string, NamespaceState> Namespaces = new("servicediscovery.namespaces", n => n.Id, () => CloudMapJson.Default.NamespaceState);
    public static readonly Index<Home, string, NamespaceState> NamespacesByHome = Namespaces.AddIndex<Home>("home", n => n.Home);
    public static readonly Index<(Home, string), string, NamespaceState> NamespacesByName = Namespaces.AddIndex<(Home, string)>("name", n => (n.Home, n.Name));

    public static readonly Table<string, ServiceState> Services = new("servicediscovery.services", s => s.Id, () => CloudMapJson.Default.ServiceState);
    public static readonly Index<Home, string, ServiceState> ServicesByHome = Services.AddIndex<Home>("home", s => s.Home);
    public static readonly Index<string, string, ServiceState> ServicesByNamespace = Services.AddIndex<string>("namespace", s => s.NamespaceId);
    public static readonly Index<(string, string), string, ServiceState> ServicesByName =
        Services.AddIndex<(string, string)>("name", s => (s.NamespaceId, s.Name.ToLowerInvariant()));

    public static readonly Table<InstanceKey, InstanceState> Instances = new("servicediscovery.instances", i => i.Key, () => CloudMapJson.Default.InstanceState);
    public static readonly Index<string, InstanceKey, InstanceState> InstancesByService = Instances.AddIndex<string>("service", i => i.Key.ServiceId);
    public static readonly Index<string, InstanceKey, InstanceState> LiveByService =
        Instances.AddIndex<string>("live", i => i.IsLeaving ? null : i.Key.ServiceId);

    public static readonly Table<string, OperationState> Operations = new("servicediscovery.operations", o => o.Id, () => CloudMapJson.Default.OperationState);
    public static readonly Index<Home, string, OperationState> OperationsByHome = Operations.AddIndex<Home>("home", o => o.Home);
    public static readonly Index<string, string, OperationState> OperationsWaiting = Operations.AddIndex<string>("waiting", o => o.Waits);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NamespaceState))]
[JsonSerializable(typeof(ServiceState))]
[JsonSerializable(typeof(InstanceState))]
[JsonSerializable(typeof(OperationState))]
internal sealed partial class CloudMapJson : JsonSerializerContext;

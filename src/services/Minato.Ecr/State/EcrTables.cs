using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Ecr.State;

internal static class EcrTables
{
    public static readonly Table<RepositoryKey, RepositoryState> Repositories = new("ecr.repositories", r => r.Key, () => EcrJson.Default.RepositoryState);
    public static readonly Index<Home, RepositoryKey, RepositoryState> RepositoriesByHome = Repositories.AddIndex("home", r => r.Key.Home);

    public static readonly Table<DigestKey, LayerState> Layers = new("ecr.layers", l => l.Key, () => EcrJson.Default.LayerState);
    public static readonly Index<RepositoryKey, DigestKey, LayerState> LayersByRepository = Layers.AddIndex("repository", l => l.Key.Repository);
    public static readonly Index<string, DigestKey, LayerState> LayersByDigest = Layers.AddIndex("digest", l => l.Key.Digest);

    public static readonly Table<DigestKey, ImageState> Images = new("ecr.images", i => i.Key, () => EcrJson.Default.ImageState);
    public static readonly Index<RepositoryKey, DigestKey, ImageState> ImagesByRepository = Images.AddIndex("repository", i => i.Key.Repository);
    public static readonly Index<string, DigestKey, ImageState> ImagesByDigest = Images.AddIndex("digest", i => i.Key.Digest);
    public static readonly Index<RepositoryKey, DigestKey, ImageState> Lists =
        Images.AddIndex("lists", i => i.IsList ? (RepositoryKey?)i.Key.Repository : null);
    public static readonly Index<DigestKey, DigestKey, ImageState> Referrers =
        Images.AddIndex("subject", i => i.Subject is null ? null : (DigestKey?)new DigestKey(i.Key.Repository, i.Subject));

    public static readonly Table<TagKey, TagState> Tags = new("ecr.tags", t => t.Key, () => EcrJson.Default.TagState);
    public static readonly Index<RepositoryKey, TagKey, TagState> TagsByRepository = Tags.AddIndex("repository", t => t.Key.Repository);
    public static readonly Index<DigestKey, TagKey, TagState> TagsByImage = Tags.AddIndex("image", t => new DigestKey(t.Key.Repository, t.Digest));

    public static readonly Table<UploadKey, UploadState> Uploads = new("ecr.uploads", u => u.Key, () => EcrJson.Default.UploadState);
    public static readonly Index<RepositoryKey, UploadKey, UploadState> UploadsByRepository = Uploads.AddIndex("repository", u => u.Repository);

    public static readonly Table<string, RegistryState> Registries = new("ecr.registries", r => r.Key, () => EcrJson.Default.RegistryState);
    public static readonly Table<PrefixKey, TemplateState> Templates = new("ecr.templates", t => t.Key, () => EcrJson.Default.TemplateState);
    public static readonly Index<Home, PrefixKey, TemplateState> TemplatesByHome = Templates.AddIndex("home", t => t.Key.Home);
    public static readonly Table<PrefixKey, CacheRuleState> CacheRules = new("ecr.cache-rules", r => r.Key, () => EcrJson.Default.CacheRuleState);
    public static readonly Index<Home, PrefixKey, CacheRuleState> CacheRulesByHome = CacheRules.AddIndex("home", r => r.Key.Home);

    public static readonly Table<DigestKey, ScanState> Scans = new("ecr.scans", s => s.Key, () => EcrJson.Default.ScanState);
    public static readonly Index<string, DigestKey, ScanState> ScansByFindings = Scans.AddIndex("findings", s => s.Findings);
    public static readonly Table<ReplicationKey, ReplicationState> Replications = new("ecr.replications", r => r.Key, () => EcrJson.Default.ReplicationState);
    public static readonly Index<DigestKey, ReplicationKey, ReplicationState> ReplicationsByImage = Replications.AddIndex("image", r => r.Key.Image);
    public static readonly Table<RepositoryKey, PreviewState> Previews =
        new("ecr.previews", p => p.Key, () => EcrJson.Default.PreviewState, ephemeral: true);
    public static readonly Table<string, EventState> Events = new("ecr.events", e => e.Key, () => EcrJson.Default.EventState);
    public static readonly Index<OutboxKey, string, EventState> Outbox = Events.AddIndex("outbox", e => new OutboxKey(e.AccountId, e.Region));

    public static readonly Table<string, SettingState> Settings = new("ecr.settings", s => s.Key, () => EcrJson.Default.SettingState);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RepositoryState))]
[JsonSerializable(typeof(LayerState))]
[JsonSerializable(typeof(ImageState))]
[JsonSerializable(typeof(TagState))]
[JsonSerializable(typeof(UploadState))]
[JsonSerializable(typeof(SettingState))]
[JsonSerializable(typeof(RegistryState))]
[JsonSerializable(typeof(TemplateState))]
[JsonSerializable(typeof(CacheRuleState))]
[JsonSerializable(typeof(ScanState))]
[JsonSerializable(typeof(ReplicationState))]
[JsonSerializable(typeof(PreviewState))]
[JsonSerializable(typeof(EventState))]
internal sealed partial class EcrJson : JsonSerializerContext;

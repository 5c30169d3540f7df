using System.Collections.Frozen;

namespace Minato.CloudTrail.Recording;

/// <summary>Which calls are data events: what is done inside resources, not to them. AWS: they are in no event history, and in a trail only when asked for.</summary>
internal static class EventKinds
{
    private static readonly FrozenSet<string> s_objects = new[]
    {
        "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteObject", "DeleteObjectTagging", "DeleteObjects", "GetObject",
        "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "HeadObject", "ListParts", "PutObject", "PutObjectAcl", "PutObjectTagging", "UploadPart", "UploadPartCopy",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<(string, string)> s_others = new[]
    {
        ("logs", "PutLogEvents"), ("logs", "GetLogEvents"), ("logs", "FilterLogEvents"), ("monitoring", "PutMetricData"), ("monitoring", "GetMetricData"),
        ("events", "PutEvents"), ("sns", "Publish"), ("sns", "PublishBatch"), ("servicediscovery", "DiscoverInstances"),
    }.ToFrozenSet();

    public static bool IsData(string service, string operation) => service is "s3" ? s_objects.Contains(operation) : s_others.Contains((service, operation));

    /// <summary>The resource type of a data event, as event selectors name it.</summary>
    public static string DataType(string eventSource) => eventSource switch
    {
        "s3.amazonaws.com" => "AWS::S3::Object",
        "sns.amazonaws.com" => "AWS::SNS::Topic",
        "logs.amazonaws.com" => "AWS::Logs::LogGroup",
        "monitoring.amazonaws.com" => "AWS::CloudWatch::Metric",
        _ => "",
    };
}

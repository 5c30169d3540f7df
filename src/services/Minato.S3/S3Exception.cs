using Minato.Aws;
using Minato.Aws.Shapes;

namespace Minato.S3;

/// <summary>An error of S3 with the elements it tells beside code and message.</summary>
internal sealed class S3Exception(string code, string message, int status, params (string Name, string Value)[] details) : AwsException(code, message, status)
{
    private readonly Dictionary<string, string> _headers = [];

    public override IReadOnlyDictionary<string, string> Headers => _headers;

    public S3Exception With(string header, string? value)
    {
        if (value is not null) _headers[header] = value;
        return this;
    }

    public override void WriteMembers(ShapeWriter writer)
    {
        foreach (var (name, value) in details) writer.WriteString(new() { Name = name, Kind = ShapeKind.String }, value);
    }
}

/// <summary>The errors of S3 that several operations give, in AWS's words.</summary>
internal static class S3Errors
{
    public static S3Exception NoSuchBucket(string bucket) => new("NoSuchBucket", "The specified bucket does not exist", 404, ("BucketName", bucket));
    public static S3Exception NoSuchKey(string key) => new("NoSuchKey", "The specified key does not exist.", 404, ("Key", key));

    public static S3Exception NoSuchVersion(string key, string id) =>
        new("NoSuchVersion", "The specified version does not exist.", 404, ("Key", key), ("VersionId", id));

    public static S3Exception NoSuchUpload(string id) => new("NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", 404, ("UploadId", id));

    public static S3Exception AccessDenied() => new("AccessDenied", "Access Denied", 403);
    public static S3Exception Invalid(string message, params (string, string)[] details) => new("InvalidArgument", message, 400, details);
    public static S3Exception BadRequest(string message) => new("InvalidRequest", message, 400);

    public static S3Exception MalformedXml() =>
        new("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", 400);

    public static S3Exception Precondition(string condition) =>
        new("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, ("Condition", condition));

    public static S3Exception NotModified() => new("NotModified", "Not Modified", 304);

    public static S3Exception NotImplemented(string header) =>
        new("NotImplemented", "A header you provided implies functionality that is not implemented", 501, ("Header", header));

    public static S3Exception MissingConfiguration(string code, string message, string bucket) => new(code, message, 404, ("BucketName", bucket));
}

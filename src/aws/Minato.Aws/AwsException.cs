using Minato.Aws.Shapes;

namespace Minato.Aws;

/// <summary>An error that a client sees: a code, a message, an HTTP status, and what the model adds to them.</summary>
public class AwsException : Exception
{
    /// <param name="code">The code on the wire (query protocols) and, unless <paramref name="shapeName"/> is given, the <c>__type</c>.</param>
    public AwsException(string code, string? message, int httpStatus = 400, string? shapeName = null)
        : base(message ?? code)
    {
        Code = code;
        HttpStatus = httpStatus;
        ShapeName = shapeName ?? code;
        HasMessage = message is not null;
    }

    public string Code { get; }
    public string ShapeName { get; }
    public int HttpStatus { get; }
    public bool IsClientFault => HttpStatus < 500;

    /// <summary>False when there is nothing to say but the code.</summary>
    internal bool HasMessage { get; }

    /// <summary>How the error's shape spells its message.</summary>
    public virtual string MessageName => "message";

    /// <summary>Headers that S3 sends with some errors.</summary>
    public virtual IReadOnlyDictionary<string, string> Headers => new Dictionary<string, string>();

    /// <summary>Members beyond the message, for errors that have them.</summary>
    public virtual void WriteMembers(ShapeWriter writer) { }

    /// <summary>An operation of the model that Minato does not serve yet.</summary>
    public static AwsException NotServed(string service, string operation) => new(
        "UnsupportedOperationException", $"Minato does not serve {service}:{operation} yet.", 400);
}

using Minato.Aws.Protocols;

namespace Minato.Aws.Shapes;

/// <summary>Shapes in files: JSON as AWS's JSON services write it, and as <c>aws … --output json</c> prints it but for times.</summary>
public static class ShapeJson
{
    public static ReadOnlyMemory<byte> Write(IShape shape) => Write(shape, withIsoTimes: false);

    /// <param name="shape">What is written.</param>
    /// <param name="withIsoTimes">Times as events of EventBridge have them: <c>2026-01-01T00:00:00Z</c>.</param>
    public static ReadOnlyMemory<byte> Write(IShape shape, bool withIsoTimes)
    {
        using var buffer = new PooledBuffer();
        JsonShapeWriter.Write(buffer, shape, withIsoTimes);
        return buffer.Memory.ToArray();
    }

    /// <exception cref="FormatException">It is not such a shape.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json)
        where T : IShape<T>
    {
        try
        {
            var reader = new JsonShapeReader(json);
            reader.Begin(T.Schema);
            var shape = T.ReadMembers(reader);
            reader.End();
            return shape;
        }
        catch (MalformedException e)
        {
            throw new FormatException($"This is not a {T.Schema.Name}.", e);
        }
    }
}

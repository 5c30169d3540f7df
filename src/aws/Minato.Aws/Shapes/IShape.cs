namespace Minato.Aws.Shapes;

/// <summary>A generated structure: it writes itself.</summary>
public interface IShape
{
    StructureSchema SchemaOfShape { get; }

    /// <summary>Writes the members that have values, without the structure's own beginning and end.</summary>
    void WriteMembers(ShapeWriter writer);
}

/// <summary>A generated structure that can also be read.</summary>
public interface IShape<TSelf> : IShape where TSelf : IShape<TSelf>
{
    static abstract StructureSchema Schema { get; }

    /// <summary>Reads members until the reader has no more; missing required ones are told to the reader.</summary>
    static abstract TSelf ReadMembers(ShapeReader reader);
}

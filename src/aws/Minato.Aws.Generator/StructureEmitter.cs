using System.Text;
using System.Text.Json;

namespace Minato.Aws.Generator;

/// <summary>Writes structures and errors: properties, schema, reader and writer.</summary>
internal sealed class StructureEmitter(Model model)
{
    private readonly SchemaEmitter _schemas = new(model);

    private sealed record Member(string Wire, string Name, string Shape, JsonElement Reference, bool Required)
    {
        public string Local => Names.Local(Name);
    }

    public static string ClassName(string shape) => char.ToUpperInvariant(shape[0]) + shape[1..];

    /// <summary>The code that query protocols send for an error shape.</summary>
    public static string ErrorCode(Model model, string shape) =>
        model.Shapes[shape].TryGetProperty("error", out var error) ? Model.Text(error, "code") ?? shape : shape;

    public string Emit(string name, string? shape, bool isInput)
    {
        var members = shape is null ? [] : MembersOf(name, shape, isInput);
        var code = new StringBuilder($"public sealed partial record {name} : IShape<{name}>\n{{\n");
        foreach (var m in members)
            code.Append($"    public {(m.Required ? "required " : "")}{TypeName(m)}{(m.Required ? "" : "?")} {m.Name} {{ get; init; }}\n");
        EmitSchema(code, name, shape, members);
        code.Append("    StructureSchema IShape.SchemaOfShape => Schema;\n\n    public void WriteMembers(ShapeWriter writer)\n    {\n");
        for (var i = 0; i < members.Count; i++) code.Append($"        {Write(members[i], i)}\n");
        code.Append("    }\n\n");
        EmitReader(code, name, members);
        // What is sensitive must not reach a log through a record's own text.
        if (members.Any(m => Model.Flag(model.Shapes[m.Shape], "sensitive"))) code.Append($"\n    public override string ToString() => {Names.Quote(name)};\n");
        return code.Append("}\n\n").ToString();
    }

    public string EmitError(string shape)
    {
        var name = ClassName(shape);
        var members = MembersOf(name, shape, isInput: false).Where(m => m.Wire is not ("message" or "Message")).Select(m => m with { Required = false }).ToList();
        var error = model.Shapes[shape].TryGetProperty("error", out var e) ? e : default;
        var isFault = Model.Flag(model.Shapes[shape], "fault");
        var status = error.ValueKind is JsonValueKind.Object && error.TryGetProperty("httpStatusCode", out var s) ? s.GetInt32() : isFault ? 500 : 400;
        var code = new StringBuilder($"public sealed class {name}(string? message = null) : AwsException({Names.Quote(ErrorCode(model, shape))}, message, {status}, {Names.Quote(shape)})\n{{\n");
        if (model.Members(shape).Any(m => m.Name is "Message")) code.Append("    public override string MessageName => \"Message\";\n");
        foreach (var m in members) code.Append($"    public {TypeName(m.Shape)}? {m.Name} {{ get; init; }}\n");
        if (members.Count > 0)
        {
            EmitSchema(code, name, shape, members);
            code.Append("    public override void WriteMembers(ShapeWriter writer)\n    {\n");
            for (var i = 0; i < members.Count; i++) code.Append($"        {Write(members[i], i)}\n");
            code.Append("    }\n");
        }
        return code.Append("}\n\n").ToString();
    }

    private List<Member> MembersOf(string owner, string shape, bool isInput)
    {
        var required = model.Required(shape);
        return [.. model.Members(shape).Select(m => new Member(
            m.Name, Names.Member(m.Name, owner), Model.ShapeRef(m.Value), m.Value, required.Contains(m.Name)))];
    }

    private void EmitSchema(StringBuilder code, string name, string? shape, List<Member> members)
    {
        var union = shape is not null && Model.Flag(model.Shapes[shape], "union");
        code.Append($"    public static StructureSchema Schema {{ get; }} = new({Names.Quote(name)},\n    [\n");
        foreach (var m in members) code.Append($"        {_schemas.Member(m.Wire, m.Reference, shape ?? "", m.Required)},\n");
        code.Append(union ? "    ]) { IsUnion = true };\n" : "    ]);\n");
    }

    private void EmitReader(StringBuilder code, string name, List<Member> members)
    {
        code.Append($"    public static {name} ReadMembers(ShapeReader reader)\n    {{\n");
        foreach (var m in members) code.Append($"        {TypeName(m)}? {m.Local} = null;\n");
        code.Append("        while (reader.NextMember(out var index))\n        {\n            switch (index)\n            {\n");
        for (var i = 0; i < members.Count; i++)
            code.Append($"                case {i}: {members[i].Local} = {Read(members[i], $"Schema.Members[{i}]")}; break;\n");
        code.Append("                default: throw new InvalidOperationException();\n            }\n        }\n        return new()\n        {\n");
        for (var i = 0; i < members.Count; i++)
            code.Append($"            {members[i].Name} = {(members[i].Required ? $"reader.Require({members[i].Local}, Schema.Members[{i}])" : members[i].Local)},\n");
        code.Append("        };\n    }\n");
    }

    private string Write(Member m, int index) => model.IsStream(m.Reference)
        ? $"if ({m.Name} is {{ }} {m.Local}) writer.WriteStream(Schema.Members[{index}], {m.Local});"
        : m.Required && IsReference(m.Shape)
        ? $"if ({m.Name} is {{ }} {m.Local}) {WriteValue(m.Shape, $"Schema.Members[{index}]", m.Local, "writer")};"
        : m.Required ? $"{WriteValue(m.Shape, $"Schema.Members[{index}]", m.Name, "writer")};"
        : $"if ({m.Name} is {{ }} {m.Local}) {WriteValue(m.Shape, $"Schema.Members[{index}]", m.Local, "writer")};";

    private bool IsReference(string shape) => model.TypeOf(shape) is "map" or "structure" || (model.TypeOf(shape) is "string" && !model.IsEnum(shape));

    private string WriteValue(string shape, string schema, string value, string writer) => model.TypeOf(shape) switch
    {
        "structure" when model.IsDocument(shape) => $"{writer}.WriteDocument({schema}, {value})",
        "structure" => $"{writer}.WriteStructure({schema}, {value})",
        "list" => $"{writer}.WriteList({schema}, {value}, static (w, m, v) => {WriteValue(model.ElementShape(shape) ?? "", "m", "v", "w")})",
        "map" => $"{writer}.WriteMap({schema}, {value}, static (w, m, v) => {WriteValue(model.ElementShape(shape) ?? "", "m", "v", "w")})",
        "string" or "character" => $"{writer}.WriteString({schema}, {value}{(model.IsEnum(shape) ? ".ToWire()" : "")})",
        "boolean" => $"{writer}.WriteBoolean({schema}, {value})",
        "integer" => $"{writer}.WriteInteger({schema}, {value})",
        "long" => $"{writer}.WriteLong({schema}, {value})",
        "double" or "float" => $"{writer}.WriteDouble({schema}, {value})",
        "timestamp" => $"{writer}.WriteTimestamp({schema}, {value})",
        "blob" => $"{writer}.WriteBlob({schema}, {value})",
        var other => throw new InvalidDataException($"Shape {shape} is a {other}."),
    };

    private string Read(Member m, string schema) => model.IsStream(m.Reference) ? $"reader.ReadStream({schema})" : Read(m.Shape, schema, "reader");

    private string Read(string shape, string schema, string reader) => model.TypeOf(shape) switch
    {
        "structure" when model.IsDocument(shape) => $"{reader}.ReadDocument({schema})",
        "structure" => $"{reader}.ReadStructure<{ClassName(shape)}>({schema})",
        "list" => $"{reader}.ReadList({schema}, static (r, m) => {Element(shape)})",
        "map" => $"{reader}.ReadMap({schema}, static (r, m) => {Element(shape)})",
        "string" or "character" => model.IsEnum(shape)
            ? $"{reader}.ReadEnum({schema}, {ClassName(shape)}Extensions.Parse)" : $"{reader}.ReadString({schema})",
        "boolean" => $"{reader}.ReadBoolean({schema})",
        "integer" => $"{reader}.ReadInteger({schema})",
        "long" => $"{reader}.ReadLong({schema})",
        "double" or "float" => $"{reader}.ReadDouble({schema})",
        "timestamp" => $"{reader}.ReadTimestamp({schema})",
        "blob" => $"{reader}.ReadBlob({schema})",
        var other => throw new InvalidDataException($"Shape {shape} is a {other}."),
    };

    // An unknown word in a list of enums is a violation already; the default stands in until the request is refused.
    private string Element(string shape)
    {
        var element = model.ElementShape(shape) ?? "";
        var read = Read(element, "m", "r");
        return model.IsEnum(element) ? $"{read}.GetValueOrDefault()" : read;
    }

    private string TypeName(Member m) => model.IsStream(m.Reference) ? "global::System.IO.Stream" : TypeName(m.Shape);

    private string TypeName(string shape) => model.TypeOf(shape) switch
    {
        "structure" when model.IsDocument(shape) => "global::System.Text.Json.JsonElement",
        "structure" => ClassName(shape),
        "list" => $"ImmutableArray<{TypeName(model.ElementShape(shape) ?? "")}>",
        "map" => $"ImmutableDictionary<string, {TypeName(model.ElementShape(shape) ?? "")}>",
        "string" when model.IsEnum(shape) => ClassName(shape),
        "string" or "character" => "string",
        "boolean" => "bool",
        "integer" => "int",
        "long" => "long",
        "double" or "float" => "double",
        "timestamp" => "DateTimeOffset",
        "blob" => "ReadOnlyMemory<byte>",
        var other => throw new InvalidDataException($"Shape {shape} is a {other}."),
    };
}

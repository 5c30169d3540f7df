using System.Xml;

namespace Minato.Aws.Protocols;

/// <summary>An element of an XML body. Names are without prefixes, but those of attributes keep theirs.</summary>
internal sealed class XmlNode(string name)
{
    public string Name { get; } = name;
    public string Text { get; private set; } = "";
    public List<XmlNode> Children { get; } = [];
    public Dictionary<string, string>? Attributes { get; private set; }

    /// <summary>A value without an element around it: an attribute's.</summary>
    public static XmlNode OfText(string text) => new("") { Text = text };

    /// <summary>An element with this one in it.</summary>
    public static XmlNode Around(XmlNode child)
    {
        var parent = new XmlNode("");
        parent.Children.Add(child);
        return parent;
    }

    public XmlNode? Child(string name) => Children.Find(c => c.Name == name);

    /// <exception cref="MalformedException">Not well-formed, or with a document type.</exception>
    public static XmlNode Parse(ReadOnlyMemory<byte> body)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, CheckCharacters = false };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body.ToArray(), writable: false), settings);
            reader.MoveToContent();
            return Read(reader, 0);
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            throw new MalformedException();
        }
    }

    private static XmlNode Read(XmlReader reader, int depth)
    {
        if (depth > MalformedException.DeepestNesting) throw new MalformedException("Nesting is too deep.");
        if (reader.NodeType is not XmlNodeType.Element) throw new MalformedException();
        var node = new XmlNode(reader.LocalName);
        var isEmpty = reader.IsEmptyElement;
        while (reader.MoveToNextAttribute()) (node.Attributes ??= new(StringComparer.Ordinal))[reader.Name] = reader.Value;
        reader.Read();
        if (isEmpty) return node;
        System.Text.StringBuilder? more = null;
        while (reader.NodeType is not XmlNodeType.EndElement)
        {
            if (reader.NodeType is XmlNodeType.Element)
            {
                node.Children.Add(Read(reader, depth + 1));
                continue;
            }
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                if (node.Text.Length == 0) node.Text = reader.Value;
                else (more ??= new(node.Text)).Append(reader.Value);
            }
            if (!reader.Read()) throw new MalformedException();
        }
        if (more is not null) node.Text = more.ToString();
        reader.Read();
        return node;
    }
}

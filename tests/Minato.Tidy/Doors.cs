using System.Text.RegularExpressions;

namespace Minato.Tidy;

/// <summary>Only the door of a room is public, with the options it takes.</summary>
internal static partial class Doors
{
    public static IEnumerable<string> Check(Tree tree)
    {
        foreach (var room in tree.Sources("src/services/").GroupBy(f => f.Path.Split('/')[2]))
        {
            var door = $"src/services/{room.Key}/{room.Key.Split('.')[^1]}Room.cs";
            // What a host may set is part of the door.
            var options = door.Replace("Room.cs", "Options.cs", StringComparison.Ordinal);
            if (room.All(f => f.Path != door)) yield return $"{room.Key} has no door: {door} is not there.";
            foreach (var (path, text) in room)
            {
                foreach (Match type in PublicType().Matches(CSharpText.CodeOf(text)))
                {
                    var name = type.Groups["name"].Value;
                    if (path != options && (path != door || !name.EndsWith("Room", StringComparison.Ordinal)))
                        yield return $"{path}: {name} is public. Only the door of a room is: make it internal.";
                }
            }
        }
    }

    // Types stand at the beginning of a line: namespaces are file-scoped.
    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record\s+struct|record\s+class|record|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}

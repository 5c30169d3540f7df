using System.Text.RegularExpressions;

namespace Minato.Tidy;

/// <summary>Only the door of a room is public, with the options it takes and the protocols it brings.</summary>
internal static partial class Doors
{
    public static IEnumerable<string> Check(Tree tree)
    {
        foreach (var room in tree.Sources("src/services/").GroupBy(f => f.Path.Split('/')[2]))
        {
            var door = $"src/services/{room.Key}/{room.Key.Split('.')[^1]}Room.cs";
            if (room.All(f => f.Path != door)) yield return $"{room.Key} has no door: {door} is not there.";
            foreach (var (path, text) in room)
            {
                foreach (Match type in PublicType().Matches(CSharpText.CodeOf(text)))
                {
                    var name = type.Groups["name"].Value;
                    if (!IsDoor(path, name, room.Key))
                        yield return $"{path}: {name} is public. Only the door of a room is: make it internal.";
                }
            }
        }
    }

    // What a host may set, and a protocol that it must let in, are part of the door.
    private static bool IsDoor(string path, string type, string room)
    {
        var noun = room.Split('.')[^1];
        return path == $"src/services/{room}/{noun}Options.cs"
            || (path == $"src/services/{room}/{noun}Room.cs" && type == noun + "Room")
            || (path == $"src/services/{room}/{type}.cs" && type.EndsWith("Endpoint", StringComparison.Ordinal));
    }

    // Types stand at the beginning of a line: namespaces are file-scoped.
    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record\s+struct|record\s+class|record|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}

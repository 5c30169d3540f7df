using Minato.Platform;

namespace Minato.CloudWatch.State;

/// <summary>That a composite alarm asks about another one.</summary>
internal sealed record AlarmLink(AlarmKey Parent, AlarmKey Child)
{
    public string Key => $"{Parent}\n{Child.Name}";
}

internal static class AlarmLinks
{
    /// <summary>A composite alarm that is gone or put anew asks about nothing any more.</summary>
    public static void Remove(Transaction tx, AlarmKey parent)
    {
        foreach (var link in tx.Keys(CloudWatchTables.LinksByParent, parent).ToArray()) tx.Delete(CloudWatchTables.Links, link);
    }
}

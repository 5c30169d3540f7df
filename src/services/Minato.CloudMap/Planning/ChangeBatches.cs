using Minato.Contracts.Route53;

namespace Minato.CloudMap.Planning;

/// <summary>Parts changes as Route 53 takes them: 1,000 values and 32,000 characters at a time, an UPSERT counted twice.</summary>
internal static class ChangeBatches
{
    private const int MostValues = 1000;
    private const int MostCharacters = 32_000;

    public static IEnumerable<List<Change>> Of(IEnumerable<Change> changes)
    {
        var batch = new List<Change>();
        int values = 0, characters = 0;
        foreach (var change in changes)
        {
            var times = change.Action == ChangeAction.Upsert ? 2 : 1;
            var records = change.ResourceRecordSet.ResourceRecords ?? [];
            var (more, longer) = (times * Math.Max(records.Length, 1), times * records.Sum(r => r.Value.Length));
            if (batch.Count > 0 && (values + more > MostValues || characters + longer > MostCharacters))
            {
                yield return batch;
                (batch, values, characters) = ([], 0, 0);
            }

            batch.Add(change);
            (values, characters) = (values + more, characters + longer);
        }

        if (batch.Count > 0) yield return batch;
    }
}

using System.Globalization;
using System.IO.Compression;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Planning;

/// <summary>Files that trails deliver.</summary>
internal static class LogFiles
{
    /// <param name="unique">Sixteen letters or digits.</param>
    public static string Key(TrailState trail, Home home, DateTimeOffset at, string unique)
    {
        var time = at.UtcDateTime;
        var day = time.ToString("yyyy/MM/dd", CultureInfo.InvariantCulture);
        var stamp = time.ToString("yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture);
        var root = string.IsNullOrEmpty(trail.Prefix) ? "" : $"{trail.Prefix}/";
        return $"{root}AWSLogs/{home.AccountId}/CloudTrail/{home.Region}/{day}/{home.AccountId}_CloudTrail_{home.Region}_{stamp}_{unique}.json.gz";
    }

    public static byte[] Content(IEnumerable<RecordedEvent> events)
    {
        var whole = new MemoryStream();
        using (var packed = new GZipStream(whole, CompressionLevel.Optimal, leaveOpen: true))
        {
            packed.Write("{\"Records\":["u8);
            var isFirst = true;
            foreach (var one in events)
            {
                if (!isFirst) packed.Write(","u8);
                isFirst = false;
                packed.Write(one.Json.Span);
            }

            packed.Write("]}"u8);
        }

        return whole.ToArray();
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Text;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Traffic;

/// <summary>Name and content of a file of a log.</summary>
internal static class AccessLogFile
{
    /// <param name="end">Of the five minutes it is about.</param>
    /// <param name="random">Tells files of the same five minutes apart.</param>
    /// <returns>The key below the bucket.</returns>
    public static string KeyOf(BalancerState balancer, LogKind kind, DateTimeOffset end, string random)
    {
        var (account, region) = (balancer.Home.AccountId, balancer.Home.Region);
        var day = end.UtcDateTime.ToString("yyyy'/'MM'/'dd", CultureInfo.InvariantCulture);
        var time = end.UtcDateTime.ToString("yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture);
        var address = balancer.IsNetwork ? "" : balancer.Address + "_"; // AWS: files of Network Load Balancers do not tell whose they are.
        var name = $"{kind.FileStart}{account}_elasticloadbalancing_{region}_{balancer.Path.Replace('/', '.')}_{time}_{address}{random}.log.gz";
        return $"{FolderOf(balancer, kind)}/elasticloadbalancing/{region}/{day}/{name}";
    }

    /// <summary>What is written when logging is switched on, to see whether it may be.</summary>
    public static string TestKeyOf(BalancerState balancer, LogKind kind) => $"{FolderOf(balancer, kind)}/ELB{kind.Name}TestFile";

    private static string FolderOf(BalancerState balancer, LogKind kind)
    {
        var prefix = kind.Prefix(balancer.Attributes).Trim('/');
        return $"{(prefix.Length > 0 ? prefix + "/" : "")}AWSLogs/{balancer.Home.AccountId}";
    }

    public static byte[] Compress(StringBuilder lines)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new StreamWriter(gzip, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            foreach (var chunk in lines.GetChunks()) writer.Write(chunk.Span);
        }
        return file.ToArray();
    }
}

using System.Diagnostics;

namespace Minato.Engines.Scanner.Archives;

/// <summary>What is left of a scan's limits. Counted where bytes and entries appear, so that nothing is read past them.</summary>
internal sealed class ScanBudget(long unpackedBytes, int files, int depth, int ratio, TimeSpan time)
{
    /// <summary>A ratio says nothing about the first few bytes: a small file of zeros compresses by more than any limit.</summary>
    private const long RatioFrom = 8 << 20;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _bytes;
    private int _files;

    public int Depth => depth;

    /// <param name="layerBytes">Unpacked of the layer so far.</param>
    /// <param name="compressedBytes">That were read for them.</param>
    public void Take(int count, long layerBytes, long compressedBytes)
    {
        _bytes += count;
        if (_bytes > unpackedBytes) throw new ScanRefusedException($"The layers unpack to more than {unpackedBytes} bytes, the limit of a scan.");
        if (layerBytes > RatioFrom && layerBytes > compressedBytes * ratio)
            throw new ScanRefusedException($"A layer unpacks to more than {ratio} times its size, the limit of a scan.");
        CheckTime();
    }

    public void TakeEntry()
    {
        if (++_files > files) throw new ScanRefusedException($"The layers have more than {files} entries, the limit of a scan.");
        CheckTime();
    }

    private void CheckTime()
    {
        if (_watch.Elapsed > time) throw new ScanRefusedException($"The scan took longer than {time.TotalSeconds:0.###} seconds, its limit.");
    }
}

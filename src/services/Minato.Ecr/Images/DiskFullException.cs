namespace Minato.Ecr.Images;

/// <summary>There was no room for what a client pushed. What it took meanwhile is free again.</summary>
internal sealed class DiskFullException(Exception cause) : Exception("The registry has no space left on its disk.", cause)
{
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT

    public static bool Is(IOException e) => e.HResult is NoSpace or OverQuota;
}

namespace Minato.Engines.Firewall;

/// <summary>
/// Ranges that installations on this host have given to VPCs whose networks are not made yet: until then nothing of the host shows that they
/// are taken. A claim ends with the process that made it.
/// </summary>
public interface IRangeClaims
{
    /// <param name="cidr">Claims of one range exclude each other; those of ranges that overlap do not.</param>
    /// <returns>False when somebody has claimed it, this process too.</returns>
    bool TryClaim(string cidr);

    /// <summary>Gives it back; nothing happens when this process has not claimed it.</summary>
    void Release(string cidr);
}

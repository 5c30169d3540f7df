namespace Minato.Iam.Planning;

/// <summary>What an account may have at most, as AWS gives it to a new account.</summary>
internal static class Quotas
{
    public const int Users = 5000;
    public const int Groups = 300;
    public const int Roles = 1000;
    public const int Policies = 1500;
    public const int InstanceProfiles = 1000;
    public const int Providers = 100;
    public const int ServerCertificates = 20;
    public const int GroupsPerUser = 10;
    public const int VersionsPerPolicy = 5;

    /// <summary>Characters without white space.</summary>
    public const int PolicySize = 6144;
    public const int TrustSize = 2048;
}

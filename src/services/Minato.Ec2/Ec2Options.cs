namespace Minato.Ec2;

public sealed record Ec2Options
{
    /// <summary>Whether containers of a VPC may run where its security groups and routes cannot be enforced.</summary>
    public bool MayRunUnenforced { get; init; }
}

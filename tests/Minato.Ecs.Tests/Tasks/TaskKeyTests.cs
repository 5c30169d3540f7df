using Minato.Ecs.State;

namespace Minato.Ecs.Tests.Tasks;

public sealed class TaskKeyTests
{
    private static readonly ClusterKey s_cluster = new(new("123456789012", "us-east-1"), "default");

    [Theory]
    [InlineData("a", "b")]
    [InlineData("", "a")]
    [InlineData("0123456", "01234567")]
    [InlineData("01234567", "012345670")]
    [InlineData("0123456789", "0123456789a")]
    [InlineData("01234567é", "01234567ü")]
    [InlineData("0123ā", "0123ē")]
    [InlineData("0123z", "0123é")]
    public void Keys_are_in_the_order_of_their_ids(string less, string more)
    {
        TaskKey a = new(s_cluster, less), b = new(s_cluster, more);
        (Math.Sign(a.CompareTo(b)), Math.Sign(b.CompareTo(a)), a.CompareTo(new(s_cluster, less))).ShouldBe((-1, 1, 0));
        Math.Sign(string.CompareOrdinal(less, more)).ShouldBe(-1);
    }

    [Fact]
    public void The_same_id_in_two_clusters_is_two_keys()
    {
        TaskKey a = new(s_cluster, "0"), b = new(s_cluster with { Name = "other" }, "0");
        a.CompareTo(b).ShouldNotBe(0);
        a.ShouldNotBe(b);
    }
}

using Minato.Aws.Shapes;

namespace Minato.Aws.Tests.Protocols;

public sealed class MemberSchemaTests
{
    private const int Members = 200_000;

    /// <summary>Names are made when first asked for, by whoever asks first; nobody may ever see an unfinished one.</summary>
    [Fact]
    public void Names_are_whole_however_many_threads_ask_first()
    {
        var members = Enumerable.Range(0, Members).Select(_ => new MemberSchema { Name = "roleArn" }).ToArray();
        using var start = new Barrier(2);
        var unfinished = 0;

        void Ask()
        {
            start.SignalAndWait();
            foreach (var member in members)
                if (member.JsonName.EncodedUtf8Bytes.Length != 7 || member.Utf8Name.Length != 7) Interlocked.Increment(ref unfinished);
        }

        var other = new Thread(Ask);
        other.Start();
        Ask();
        other.Join();
        unfinished.ShouldBe(0);
    }
}

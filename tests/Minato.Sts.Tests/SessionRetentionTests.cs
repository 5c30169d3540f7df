using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Contracts.Sts;
using Minato.Iam;
using Minato.Testing;

namespace Minato.Sts.Tests;

public sealed class SessionRetentionTests
{
    [Fact]
    public void An_expired_session_is_known_as_expired_and_forgotten_an_hour_later() => World.Run(1, async world =>
    {
        var keys = (await world.Client<ISts>().GetSessionTokenAsync(new() { DurationSeconds = 900 }, world.Caller, default)).Credentials.ShouldNotBeNull();
        await world.RunFor(TimeSpan.FromMinutes(16));
        world.Services.GetServices<ICredentials>().OfType<StsCredentials>().Single().Find(keys.AccessKeyId).ShouldNotBeNull().ExpiresAt.ShouldBe(keys.Expiration);
        await world.RunFor(TimeSpan.FromHours(10)); // Nobody asks for a session meanwhile.
        world.Store.Current.Count(StsTables.Sessions).ShouldBe(0);
    }, services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddIam("123456789012", "AKIAROOT", "secret").AddSts());
}

using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Dispatch;
using Minato.Contracts.Ecs;

namespace Minato.Aws.Tests.Dispatch;

public sealed class ServiceTableTests
{
    [Fact]
    public void A_room_is_made_once_when_it_is_first_called()
    {
        var made = 0;
        using var rooms = new ServiceCollection().AddSingleton(EcsService.Model.Interface, _ => ++made).BuildServiceProvider();
        var served = new ServiceTable([EcsService.Model], rooms).Find("ecs", null, null);
        served.ShouldNotBeNull();
        made.ShouldBe(0);
        served.Room.ShouldBe(1);
        served.Room.ShouldBe(1);
    }

    [Fact]
    public void A_service_without_a_room_is_not_served()
    {
        using var rooms = new ServiceCollection().BuildServiceProvider();
        new ServiceTable([EcsService.Model], rooms).Find("ecs", null, null).ShouldBeNull();
    }
}

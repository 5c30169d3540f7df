using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Dispatch;

namespace Minato.Aws.Authorization;

/// <summary>
/// The rooms of this process as one meets them who acts for somebody: each behind a <see cref="GuardedInvoker"/>. Everything else comes from
/// <paramref name="rooms"/> as it is, so that what is made with these gets guarded rooms and nothing else is different.
/// </summary>
/// <param name="rooms">Holds the rooms, and whoever knows policies.</param>
/// <param name="models">All services known.</param>
public sealed class GuardedRooms(IServiceProvider rooms, IEnumerable<ServiceModel> models) : IServiceProvider
{
    private readonly FrozenDictionary<Type, ServiceModel> _models = models.Distinct().ToFrozenDictionary(m => m.Interface);
    private readonly GuardedInvoker _guard = new(rooms, rooms.GetService<IAuthorizer>(), rooms.GetService<PageTokens>());

    /// <returns>Null for a service that has no room.</returns>
    public object? GetService(Type serviceType)
    {
        if (!_models.TryGetValue(serviceType, out var model)) return rooms.GetService(serviceType);
        return rooms.GetService(serviceType) is null ? null : model.MakeClient(_guard);
    }
}

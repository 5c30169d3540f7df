using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Conformance.Tests;

/// <summary>Makes an error of a service from JSON: <c>{"shape": …, "message": …, "members": {…}}</c>. Rooms use object initialisers; here it is reflection.</summary>
internal static class ModelledErrors
{
    public static AwsException Make(ServiceModel service, JsonElement told)
    {
        var shape = told.GetProperty("shape").GetString() ?? "";
        var message = told.GetProperty("message").GetString();
        if (!service.Errors.TryGetValue(shape, out var make)) return new(shape, message, told.GetProperty("status").GetInt32());
        var error = make(message);
        var properties = error.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        foreach (var member in told.GetProperty("members").EnumerateObject())
        {
            var property = Array.Find(properties, p => p.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidOperationException($"{shape} has no member {member.Name}.");
            property.SetValue(error, ToValue(member.Value, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        }
        return error;
    }

    private static object? ToValue(JsonElement json, Type type)
    {
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(json.GetDouble() * 1000));
        if (type == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>(json.GetBytesFromBase64());
        if (type.IsEnum) return type.Assembly.GetType($"{type.FullName}Extensions")?.GetMethod("Parse")?.Invoke(null, [json.GetString()]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return Invoke(nameof(ToArray), type.GetGenericArguments()[0], json);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>))
            return Invoke(nameof(ToDictionary), type.GetGenericArguments()[1], json);
        return type.IsAssignableTo(typeof(IShape)) ? Invoke(nameof(ToShape), type, json) : json.Deserialize(type);
    }

    private static object? Invoke(string method, Type type, JsonElement json) =>
        typeof(ModelledErrors).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)?.MakeGenericMethod(type).Invoke(null, [json]);

    private static ImmutableArray<T?> ToArray<T>(JsonElement json) => [.. json.EnumerateArray().Select(e => (T?)ToValue(e, typeof(T)))];

    private static ImmutableDictionary<string, T?> ToDictionary<T>(JsonElement json) => json.EnumerateObject().ToImmutableDictionary(p => p.Name, p => (T?)ToValue(p.Value, typeof(T)));

    private static T ToShape<T>(JsonElement json) where T : IShape<T> => T.ReadMembers(new CanonicalReader(json, T.Schema));
}

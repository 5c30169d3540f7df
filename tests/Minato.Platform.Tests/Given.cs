using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Minato.Platform.Tests;

internal sealed record BoatKey(string Port, int Number) : IComparable<BoatKey>
{
    public int CompareTo(BoatKey? other) =>
       other is null ? 1 :  other is null ? 1 : string.CompareOrdinal(Port, other.Port) is not 0 and var byPort ? byPort : Number.CompareTo(other.Number);

    public override string ToString() => $"{Port}/{Number}";
}

internal enum Colour
{
    Red,
    Green,
    Blue,
}

internal sealed record Boat(BoatKey Key, Colour Colour, string? Owner = null, int? Berth = null);

internal sealed record Note(string Id, string Text);

[JsonSerializable(typeof(Boat))]
[JsonSerializable(typeof(Note))]
internal sealed partial class TestJson : JsonSerializerContext;

internal static class Tables
{
    public static readonly Table<BoatKey, Boat> Boats = new("test.boats", b => b.Key, () => TestJson.Default.Boat);
    public static readonly Index<string, BoatKey, Boat> ByPort = Boats.AddIndex("port", b => b.Key.Port);
    public static readonly Index<Colour, BoatKey, Boat> ByColour = Boats.AddIndex("colour", b => b.Colour);
    public static readonly Index<string, BoatKey, Boat> ByOwner = Boats.AddIndex("owner", b => b.Owner);
    public static readonly Index<int, BoatKey, Boat> ByBerth = Boats.AddIndex("berth", b => b.Berth);
    public static readonly Index<string, BoatKey, Boat> ByWord = Boats.AddIndexOfEach("word", b => (b.Owner ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    public static readonly Table<string, Note> Notes = new("test.notes", n => n.Id, () => TestJson.Default.Note);
    public static readonly Table<string, Note> Rumours = new("test.rumours", n => n.Id, () => TestJson.Default.Note, ephemeral: true);
}

internal static class Given
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Boat Boat(int number, string port = "Kobe", Colour colour = Colour.Red, string? owner = null, int? berth = null) =>
        new(new(port, number), colour, owner, berth);

    public static async Task<Store> Store(IJournal? journal = null)
    {
        var store = new Store([Tables.Boats, Tables.Notes, Tables.Rumours], journal ?? new MemoryJournal(), NullLogger<Store>.Instance);
        await store.LoadAsync(Ct);
        return store;
    }

    public static async Task Put(this Store store, params IEnumerable<Boat> boats) => await store.UpdateAsync(
        tx =>
        {
            foreach (var boat in boats) tx.Put(Tables.Boats, boat);
        },
        Ct);
}

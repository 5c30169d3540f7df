using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using Microsoft.Data.Sqlite;
using Minato.Engines.Scanner.Contents;
using Minato.Engines.Scanner.Packages;
using Minato.Engines.Scanner.Worker;

namespace Minato.Engines.Scanner.Tests;

/// <summary>RPM's database in its three formats.</summary>
public sealed class RpmTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(400)] // More pages than one: the tree has a root above its leaves, and headers overflow.
    public void Rpm_packages_out_of_a_database_that_SQLite_wrote(int count)
    {
        var path = Path.GetTempFileName();
        SQLitePCL.Batteries_V2.Init();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE other (x); CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)";
            command.ExecuteNonQuery();
            command.CommandText = "INSERT INTO Packages (blob) VALUES ($b)";
            var blob = command.Parameters.Add("$b", SqliteType.Blob);
            for (var i = 0; i < count; i++)
            {
                blob.Value = RpmHeader($"pkg{i}", "1.0", "2.el9", i % 2 == 0 ? 1 : 0, new string('x', i * 100 % 9000));
                command.ExecuteNonQuery();
            }
        }

        var file = File.ReadAllBytes(path);
        File.Delete(path);
        var packages = RpmPackages.Read(file).ToList();
        packages.Count.ShouldBe(count);
        packages.Select(p => p.Name).Order().ShouldBe(Enumerable.Range(0, count).Select(i => $"pkg{i}").Order());
        packages.First(p => p.Name == "pkg2").Version.ShouldBe("1:1.0-2.el9");
        packages.First(p => p.Name == "pkg1").Source.ShouldBe("src");
    }

    /// <summary>A database is somebody's upload: whatever its bytes are, reading ends.</summary>
    [Fact]
    public void A_damaged_database_breaks_nothing()
    {
        var path = Path.GetTempFileName();
        SQLitePCL.Batteries_V2.Init();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL); INSERT INTO Packages VALUES (1, zeroblob(20000)), (2, zeroblob(100))";
            command.ExecuteNonQuery();
        }

        var whole = File.ReadAllBytes(path);
        File.Delete(path);
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            var file = (byte[])whole.Clone();
            for (var n = random.Next(1, 8); n > 0; n--) file[random.Next(16, file.Length)] = (byte)random.Next(256);
            RpmPackages.Read(file).Count().ShouldBeLessThan(100_000);
        }
    }

    /// <summary>Files that Berkeley DB 5.3 wrote, with headers of real packages (rpmbuild); RPM lists the same three out of them. One has all values on pages of their own, the other none.</summary>
    [Theory]
    [InlineData("rpm-hash-4096.gz")]
    [InlineData("rpm-hash-16384-big-endian.gz")]
    public void Packages_out_of_a_Berkeley_DB(string file) => RpmPackages.Read(Data(file)).Select(p => $"{p.Name} {p.Version} {p.Architecture} {p.License} {p.Source}").Order()
        .ShouldBe(["part1 1.1-1.el9 noarch MIT part1", "part2 2:1.2-2.el9 noarch MIT part2", "part3 1.3-3.el9 noarch MIT part3"]);

    [Fact]
    public void Packages_out_of_RPMs_own_format()
    {
        var file = Ndb([("one", 0), ("two", 1), ("three", 0)]);
        RpmPackages.Read(file).Select(p => $"{p.Name} {p.Version}").ShouldBe(["one 1.0-2.el9", "two 1:1.0-2.el9", "three 1.0-2.el9"]);
        file.AsSpan(32 + 16 + 8, 4).Clear(); // The second slot is free: its package was erased.
        RpmPackages.Read(file).Select(p => p.Name).ShouldBe(["one", "three"]);
    }

    [Theory]
    [InlineData("var/lib/rpm/Packages")]
    [InlineData("var/lib/rpm/Packages.db")]
    [InlineData("usr/lib/sysimage/rpm/rpmdb.sqlite")]
    public void A_database_is_told_by_its_bytes_and_one_that_cannot_be_read_is_spoken_of(string path)
    {
        ImageContents Read(byte[] database)
        {
            using var entry = new MemoryStream(database);
            var layer = Given.Entries(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, path) { DataStream = entry });
            var order = new WorkerOrder { UnpackedBytes = 1 << 30, Files = 1000, Depth = 128, Ratio = 1000, Time = TimeSpan.FromMinutes(1), LayerSizes = [layer.Length] };
            return WorkerProgram.Answer(order, new MemoryStream(layer)).Contents.ShouldNotBeNull();
        }

        Read(Data("rpm-hash-4096.gz")).Packages.Length.ShouldBe(3);
        Read(Ndb([("one", 0)])).Packages.Length.ShouldBe(1);
        Read("something else"u8.ToArray()).Notes.ShouldHaveSingleItem().ShouldBe($"{path} has no packages that can be read: none were looked up.");
    }

    [Theory]
    [InlineData("rpm-hash-4096.gz")]
    [InlineData("rpm-hash-16384-big-endian.gz")]
    [InlineData("")]
    public void A_damaged_database_of_the_other_formats_breaks_nothing(string name)
    {
        var whole = name.Length > 0 ? Data(name) : Ndb([.. Enumerable.Range(0, 20).Select(i => ($"p{i}", i % 3))]);
        var random = new Random(2);
        for (var i = 0; i < 3000; i++)
        {
            var file = (byte[])whole.Clone();
            // Most of what counts stands at the beginning of pages.
            for (var n = random.Next(1, 8); n > 0; n--)
                file[random.Next(2) == 0 ? random.Next(20, file.Length) : (random.Next(file.Length / 4096) * 4096) + random.Next(20, 60)] = (byte)random.Next(256);
            if (random.Next(8) == 0) file = file[..random.Next(file.Length)];
            RpmPackages.Read(file).Count().ShouldBeLessThan(1000);
        }
    }

    private static byte[] Data(string name)
    {
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(name).ShouldNotBeNull();
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    // A page of slots, then blobs in blocks of 16 bytes, each between its head and its tail.
    private static byte[] Ndb((string Name, int Epoch)[] packages)
    {
        var file = new MemoryStream();
        var slots = new byte[4096];
        void Put(Span<byte> at, params ReadOnlySpan<int> words)
        {
            for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(at[(i * 4)..], words[i]);
        }

        Put(slots, 0x506D7052, 0, 7, 1, packages.Length + 1); // RpmP, version, generation, pages of slots, next package
        for (var at = 32; at < slots.Length; at += 16) Put(slots.AsSpan(at), 0x746F6C53); // Slot
        file.Write(slots);
        foreach (var (i, (name, epoch)) in packages.Index())
        {
            var header = RpmHeader(name, "1.0", "2.el9", epoch, new string('x', 300 * i));
            var blocks = (16 + header.Length + 12 + 15) / 16;
            Put(slots.AsSpan(32 + (i * 16)), 0x746F6C53, i + 1, (int)file.Length / 16, blocks);
            var blob = new byte[blocks * 16];
            Put(blob, 0x53626C42, i + 1, 1700000000, header.Length); // BlbS
            header.CopyTo(blob, 16);
            Put(blob.AsSpan(blob.Length - 8), header.Length, 0x45626C42); // BlbE
            file.Write(blob);
        }

        var bytes = file.ToArray();
        slots.CopyTo(bytes, 0);
        return bytes;
    }

    private static byte[] RpmHeader(string name, string version, string release, int epoch, string filler)
    {
        var data = new MemoryStream();
        var index = new MemoryStream();
        void Entry(int tag, int type, byte[] value)
        {
            Span<byte> entry = stackalloc byte[16];
            BinaryPrimitives.WriteInt32BigEndian(entry, tag);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], type);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], (int)data.Length);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], 1);
            index.Write(entry);
            data.Write(value);
        }

        byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
        if (epoch > 0) Entry(1003, 4, [0, 0, 0, (byte)epoch]);
        Entry(1000, 6, Text(name));
        Entry(1001, 6, Text(version));
        Entry(1002, 6, Text(release));
        Entry(1044, 6, Text("src-1.0-2.el9.src.rpm"));
        Entry(1005, 6, Text(filler));
        var header = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(header, (int)(index.Length / 16));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), (int)data.Length);
        return [.. header, .. index.ToArray(), .. data.ToArray()];
    }
}
